// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Engine
import Exposition
import Filesystem
import Host
import Inventory
import Owners
import Policy
import Units

/// Hosts to render: built here by hand, as no kernel is at hand.
enum SampleHost {
    static let gibibyte = Bytes.gibibytes(1)

    static func pool(_ name: DeviceName, status: ThinPoolStatus = working(), owner: PoolOwner = .plain) -> Pool {
        Pool(
            name: name, uuid: "", number: DeviceNumber(major: 254, minor: 2), isSuspended: false, owner: owner,
            table: ThinPoolTable(
                length: Sectors(2_097_152), metadataDevice: nil, dataDevice: nil, blockSize: Sectors(128),
                lowWaterMark: DataBlocks(1024)), status: status)
    }

    static func working(mode: ThinPoolStatus.Mode = .readWrite) -> ThinPoolStatus {
        .working(
            .init(
                transactionID: 7, metadataUsed: MetadataBlocks(100), metadataTotal: MetadataBlocks(1024),
                dataUsed: DataBlocks(4096), dataTotal: DataBlocks(16_384), mode: mode,
                metadataLowWaterMark: MetadataBlocks(64)))
    }

    static func volume(
        _ name: DeviceName, pool: DeviceName = "depot", thinID: UInt32 = 1, owner: Owner = .plain, content: Content? = nil
    ) -> Volume {
        Volume(
            identity: VolumeIdentity(name: name, uuid: "", poolName: pool, thinID: thinID),
            number: DeviceNumber(major: 254, minor: 3), seenAt: .zero, size: gibibyte, mapped: .mebibytes(300),
            openCount: 1, owner: owner, content: content ?? mounted(), mountPoints: ["/mnt"])
    }

    /// A filesystem of 2 GiB that nobody mounts.
    static let tooLarge = Content.unmounted(
        kind: .xfs, geometry: .xfs(XFSGeometry(blockSize: Bytes(4096), blocks: 524_288, groupBlocks: 131_072, groups: 4)))

    static func mounted(at mountPoint: String = "/mnt", reading: MountedFilesystem.Reading? = nil) -> Content {
        .mounted(
            MountedFilesystem(
                kind: .ext4, mountPoint: mountPoint,
                reading: reading
                    ?? .usage(
                        FilesystemUsage(
                            size: .mebibytes(900), used: .mebibytes(250), available: .mebibytes(650), inodes: 65_536,
                            inodesUsed: 11)),
                geometry: .ext4(
                    Ext4Geometry(
                        blockSize: .kibibytes(4), blocks: 245_760, blocksPerGroup: 32_768, inodesPerGroup: 8192,
                        inodeSize: Bytes(256)))))
    }

    static func outlook(_ pool: DeviceName, bar: Refusal? = nil, headroom: Bytes? = .mebibytes(500)) -> PoolOutlook {
        var outlook = PoolOutlook(
            pool: pool, reserve: .mebibytes(102), metadataReserve: .kibibytes(409), promised: .mebibytes(70),
            headroom: headroom, isLimitedByMetadata: false, volumesSize: .gibibytes(3), overcommitLimit: Ratio(8),
            fillRate: ByteRate(.mebibytes(256), per: .seconds(1)), fillRateWasSeen: false, reaction: .milliseconds(450),
            burstRoom: .mebibytes(116), bar: bar)
        outlook.dataFullIn = .seconds(3600)
        outlook.metadataFullIn = .seconds(7200.5)
        outlook.metadataNeeded = .gibibytes(1)
        return outlook
    }

    static func order(_ volume: Volume, price: Bytes = .mebibytes(8)) -> Order {
        Order(
            volume: volume.identity, kind: .ext4, reason: .threshold, from: .gibibytes(1), to: .gibibytes(2),
            deviceFrom: gibibyte.wholeSectors, deviceTo: Bytes.gibibytes(2).wholeSectors, price: price)
    }

    static func decision(_ volume: Volume, _ verdict: Decision.Verdict = .content, needs: [Need] = []) -> Decision {
        var decision = Decision(
            volume: volume.identity, rule: "default", mode: .enforce, verdict: verdict, needs: needs,
            findings: [Finding("threshold", "27 % used, acts at 80 %", speaksFor: false)])
        decision.fullIn = .seconds(90)
        return decision
    }

    /// A report of these, with a decision for each volume unless others are given.
    static func report(
        pools: [Pool] = [pool("depot")], volumes: [Volume] = [volume("web")], outlooks: [PoolOutlook]? = nil,
        decisions: [Decision]? = nil
    ) -> Report {
        var report = Report(hostKind: "linux", version: "1.2.3", mode: .observe, startedAt: WallTime(seconds: 1_700_000_000))
        report.snapshot = Snapshot(
            takenAt: .zero, wallTime: WallTime(seconds: 1_700_000_100), pools: pools, volumes: volumes)
        report.plan = Plan(
            madeAt: .zero, pools: outlooks ?? pools.map { outlook($0.name) },
            decisions: decisions ?? volumes.map { decision($0) })
        report.polls.lastSucceeded = true
        report.polls.lastSuccess = WallTime(seconds: 1_700_000_100.5)
        report.polls.durations.observe(0.004)
        report.growths.durations.observe(0.2)
        report.growths.durations.observe(400)
        report.errors[ErrorKey(part: "statfs", kind: "timeout")] = 3
        return report
    }

    /// All that a report tells, in one form.
    static func text(_ report: Report, as form: TextForm = .prometheus) -> [UInt8] {
        let renderer = Renderer(report)
        return FamilyGroup.allCases.flatMap { renderer.text(of: $0, as: form) }
    }

    /// Names that break what does not escape: quotes, braces, line ends, backslashes, blanks, bytes that are no UTF-8.
    static let hostileNames: [DeviceName] = [
        "we \"love} \\quotes", "line\nbreak", "café {pool=\"x\"}", "tab\there", "back\\slash\\n", "carriage\rreturn",
        DeviceName(bytes: [0xFF, 0xFE, UInt8(ascii: "a")]), DeviceName(bytes: Array("no utf-8 ".utf8) + [0xC3, 0x28]),
        "\\x{ff}a", "#comment", "}\n# TYPE evil counter", "a,b=\"c\"", " ", "\u{1F5C4}", "{}", "e\u{301}", "\u{E9}",
        DeviceName(bytes: [0xED, 0xA0, 0x80]), DeviceName(bytes: [0x01, 0x7F, 0x1B]), "\u{2028}", "\u{FEFF}bom",
    ]
}

/// What a text says, line by line, read apart from the code that wrote it.
struct Scrape {
    var text: String
    /// Series in the order of the text.
    var series: [(key: String, value: String)] = []

    init(_ report: Report) { self.init(SampleHost.text(report)) }

    init(_ bytes: [UInt8]) {
        text = String(decoding: bytes, as: UTF8.self)
        for line in text.split(separator: "\n", omittingEmptySubsequences: true) where !line.hasPrefix("#") {
            guard let blank = line.lastIndex(of: " ") else { continue }
            series.append((String(line[..<blank]), String(line[blank...].dropFirst())))
        }
    }

    subscript(key: String) -> String? { series.first { $0.key == key }?.value }

    func keys(of family: String) -> [String] {
        series.map(\.key).filter { $0 == family || $0.hasPrefix(family + "{") }
    }
}
