// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Inventory
import Owners
import Policy
import Units

/// Hosts made up for tests: a pool and volumes on it, each with what differs from a healthy one.
enum Made {
    static func pool(
        _ name: DeviceName = "p", size: Bytes = .gibibytes(10), used: Bytes = .gibibytes(1), owner: PoolOwner = .plain,
        mode: ThinPoolStatus.Mode = .readWrite, needsCheck: Bool = false, metadataUsed: UInt64 = 100,
        metadataTotal: UInt64 = 16_384
    ) -> Pool {
        let block = Bytes.kibibytes(64)
        return Pool(
            name: name, uuid: "", number: DeviceNumber(major: 254, minor: 0), isSuspended: false, owner: owner,
            table: ThinPoolTable(
                length: size.wholeSectors, metadataDevice: nil, dataDevice: nil, blockSize: block.wholeSectors,
                lowWaterMark: DataBlocks(0)),
            status: .working(
                .init(
                    metadataUsed: MetadataBlocks(metadataUsed), metadataTotal: MetadataBlocks(metadataTotal),
                    dataUsed: DataBlocks(used.count / block.count), dataTotal: DataBlocks(size.count / block.count), mode: mode,
                    needsCheck: needsCheck)))
    }

    static func ext4(_ size: Bytes) -> FilesystemGeometry {
        .ext4(
            Ext4Geometry(
                blockSize: .kibibytes(4), blocks: size.count / 4096, blocksPerGroup: 32_768, inodesPerGroup: 8192,
                inodeSize: Bytes(256), groupsPerFlex: 16, has64BitBlocks: true, reservedDescriptorBlocks: 256))
    }

    static func volume(
        _ name: DeviceName = "v", pool: DeviceName = "p", id: UInt32 = 1, size: Bytes = .gibibytes(1), device: Bytes? = nil,
        used: Bytes = .mebibytes(100), mapped: Bytes? = nil, owner: Owner = .plain, at time: MonotonicTime = .zero,
        readOnly: Bool = false
    ) -> Volume {
        let usage = FilesystemUsage(size: size, used: used, available: size.less(used), inodes: 65_536, inodesUsed: 11)
        return Volume(
            identity: VolumeIdentity(name: name, uuid: "", poolName: pool, thinID: id),
            number: DeviceNumber(major: 254, minor: id), seenAt: time, size: device ?? size, mapped: mapped ?? used, openCount: 1,
            owner: owner,
            content: .mounted(
                MountedFilesystem(
                    kind: .ext4, mountPoint: "/mnt/\(name)", isReadOnly: readOnly, reading: .usage(usage), geometry: ext4(size))))
    }

    /// Of a container `web` of LXD's, with a size of its own on record or none.
    static func instance(recorded size: Bytes? = nil) -> LXDVolume {
        var instance = LXDVolume(container: "web", of: Container(id: "web", name: "web"), volumeGroup: "vg")
        instance.root.size = size
        return instance
    }

    static func snapshot(_ pools: [Pool], _ volumes: [Volume], at time: MonotonicTime = .zero) -> Snapshot {
        Snapshot(takenAt: time, wallTime: WallTime(seconds: 0), pools: pools, volumes: volumes)
    }

    static func enforcing(_ change: (inout VolumeRule) -> Void = { _ in }) -> Rules {
        var rules = Rules()
        rules.mode = .enforce
        var rule = VolumeRule(name: "test")
        change(&rule)
        rules.volumes = [rule]
        return rules
    }

    /// History that has seen the volumes once, so that their births are known.
    static func history(of volumes: [Volume]) -> History {
        var history = History()
        history.absorb(volumes)
        return history
    }

    static func plan(_ volumes: [Volume], rules: Rules = Made.enforcing(), history: History? = nil) -> Plan {
        plan(Made.pool(), volumes, rules: rules, history: history)
    }

    static func plan(_ volumes: [Volume], rules: Rules = Made.enforcing(), history: History, now: MonotonicTime) -> Plan {
        plan(Made.pool(), volumes, rules: rules, history: history, now: now)
    }

    static func plan(
        _ pool: Pool, _ volumes: [Volume], rules: Rules = Made.enforcing(), history: History? = nil,
        now: MonotonicTime = MonotonicTime(nanoseconds: 1)
    ) -> Plan {
        Policy.plan(
            snapshot([pool], volumes), rules: rules, history: history ?? Made.history(of: volumes), now: now)
    }
}

extension Plan {
    subscript(name: DeviceName) -> Decision? { decisions.first { $0.volume.name == name } }

    func order(_ name: DeviceName) -> Order? {
        switch self[name]?.verdict {
        case .grow(let order), .wouldGrow(let order): order
        default: nil
        }
    }

    func refusal(_ name: DeviceName) -> Refusal.Reason? {
        switch self[name]?.verdict {
        case .refused(let refusal), .barred(let refusal): refusal.reason
        default: nil
        }
    }
}
