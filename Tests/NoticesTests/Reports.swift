// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Dice
import Engine
import Filesystem
import Host
import Inventory
import Notices
import Owners
import Policy
import Units

/// A host as reports tell of it, changed step by step; and the time, on both clocks.
struct Told {
    var pools: [DeviceName: PoolState] = ["depot": .fine]
    var volumes: [DeviceName: Owner] = ["web": .plain]
    var refused: [DeviceName: Refusal.Reason] = [:]
    /// Refused for want of burst room only, and nobody writes.
    var idle: Set<DeviceName> = []
    var growths = GrowthRecord()
    /// Before the first look.
    var isBlind = false
    private(set) var now = Moment(
        monotonic: MonotonicTime(nanoseconds: 5_000_000_000), wall: WallTime(seconds: 1_800_000_000))
    private var plans: UInt64 = 0

    enum PoolState: CaseIterable { case fine, noHeadroom, outOfSpace, readOnly, needsCheck, failed, silent }

    mutating func pass(_ duration: Duration) {
        now.monotonic = now.monotonic.advanced(by: duration)
        now.wall = WallTime(seconds: now.wall.seconds + duration.seconds)
    }

    mutating func setClock(by duration: Duration) { now.wall = WallTime(seconds: now.wall.seconds + duration.seconds) }

    mutating func grow(
        _ volume: DeviceName, from: Bytes = .gibibytes(1), to: Bytes = .gibibytes(2), reason: Need = .threshold,
        failure: String? = nil, isNews: Bool = true, limitedBy: Refusal? = nil
    ) {
        let order = Order(
            volume: identity(volume), kind: .ext4, reason: reason, from: from, to: to, deviceFrom: from.wholeSectors,
            deviceTo: to.wholeSectors, price: .zero, limitedBy: limitedBy,
            asked: reason == .manual ? Asked(author: "ann", source: .cli, reason: "a release") : nil)
        growths.finished += 1
        growths.recent.append(
            FinishedGrowth(
                order: order, finishedAt: now.wall, duration: .milliseconds(20), reached: failure == nil ? to : from,
                failure: failure, isNews: isNews))
        if growths.recent.count > GrowthRecord.kept { growths.recent.removeFirst() }
    }

    func identity(_ volume: DeviceName) -> VolumeIdentity {
        VolumeIdentity(name: volume, uuid: "", poolName: "depot", thinID: 1)
    }

    /// A new report, made now.
    mutating func report() -> Report {
        var report = Report(hostKind: "linux", version: "1", mode: .enforce, startedAt: now.wall)
        report.growths = growths
        if isBlind { return report }
        plans += 1
        report.snapshot = Snapshot(
            takenAt: now.monotonic, wallTime: now.wall, pools: pools.sorted { $0.key < $1.key }.map { pool($0.key, $0.value) },
            volumes: volumes.sorted { $0.key < $1.key }.map { name, owner in
                Volume(
                    identity: identity(name), number: DeviceNumber(major: 254, minor: 3), seenAt: now.monotonic,
                    size: .gibibytes(1), mapped: nil, owner: owner, content: .blank)
            })
        report.plan = Plan(
            madeAt: MonotonicTime(nanoseconds: plans), pools: pools.sorted { $0.key < $1.key }.map { outlook($0.key, $0.value) },
            decisions: volumes.keys.sorted().map { decision($0) })
        return report
    }

    private func decision(_ name: DeviceName) -> Decision {
        guard let reason = refused[name] else {
            return Decision(volume: identity(name), rule: "default", mode: .enforce, verdict: .content)
        }
        return Decision(
            volume: identity(name), rule: "default", mode: .enforce,
            verdict: .refused(Refusal(reason, "\(name) has no room", hint: "make some")),
            needs: [idle.contains(name) ? .burst : .threshold])
    }

    private func pool(_ name: DeviceName, _ state: PoolState) -> Pool {
        var report = ThinPoolStatus.Report(
            metadataUsed: MetadataBlocks(100), metadataTotal: MetadataBlocks(1024), dataUsed: DataBlocks(4096),
            dataTotal: DataBlocks(16_384))
        var status: ThinPoolStatus?
        switch state {
        case .fine, .noHeadroom: break
        case .outOfSpace: report.mode = .outOfDataSpace
        case .readOnly: report.mode = .readOnly
        case .needsCheck: report.needsCheck = true
        case .failed: status = .failed
        case .silent: status = .unknown("")
        }
        return Pool(
            name: name, uuid: "", number: DeviceNumber(major: 254, minor: 2), isSuspended: false, owner: .plain,
            table: ThinPoolTable(
                length: Sectors(2_097_152), metadataDevice: nil, dataDevice: nil, blockSize: Sectors(128),
                lowWaterMark: DataBlocks(1024)), status: status ?? .working(report))
    }

    private func outlook(_ name: DeviceName, _ state: PoolState) -> PoolOutlook {
        PoolOutlook(
            pool: name, reserve: .mebibytes(102), metadataReserve: .zero, promised: .mebibytes(70),
            headroom: state == .noHeadroom ? .zero : .mebibytes(500), isLimitedByMetadata: false, volumesSize: .gibibytes(3),
            overcommitLimit: nil, fillRate: ByteRate(.mebibytes(256), per: .seconds(1)), fillRateWasSeen: false,
            reaction: .milliseconds(450), burstRoom: .mebibytes(116), bar: nil)
    }
}

extension NoticeBoard {
    /// A second at a time, with a new report each.
    mutating func follow(_ told: inout Told, for duration: Duration) {
        for _ in 0..<Int(duration.seconds) {
            take(told.report(), at: told.now)
            told.pass(.seconds(1))
        }
        take(told.report(), at: told.now)
    }

    func notices(_ told: Told) -> [Notice] { notices(untoldAfter: 0, at: told.now) }

    /// What fires now.
    func firing(_ told: Told) -> [Notice] { notices(told).filter { $0.endsAt > told.now.wall } }
}

extension SplitMix64 {
    mutating func below(_ n: Int) -> Int { Int.random(in: 0..<n, using: &self) }
    mutating func chance(_ n: Int) -> Bool { below(n) == 0 }
}

extension String {
    /// As every release of Alertmanager takes it.
    var isLabelName: Bool { !isEmpty && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } }
}
