// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Dice
import Owners
import Units

/// A thin volume as the kernel and its owner keep it.
struct SimulatedVolume: Sendable {
    let scenario: Scenario.Volume
    let uuid: String
    let thinID: UInt32
    /// Its place in the world's pools.
    let pool: Int
    var isPresent = false
    /// Of its device node; another one after each appearance.
    var number = DeviceNumber(major: 0, minor: 0)
    private(set) var length: Sectors
    var inactiveLength: Sectors?
    var filesystem: SimulatedFilesystem?
    private(set) var mappedBlocks: UInt64 = 0
    /// How many faults keep it suspended, or its filesystem from answering.
    var suspensions = 0
    var stalls = 0
    /// A look has waited for its filesystem already.
    var isKnownToStall = false
    /// Writers that stand still until it works again.
    var waiting: [Int] = []
    /// What its writers write now, in bytes a second.
    var rate = 0.0
    /// A growth of its filesystem that is stuck in the kernel and arrives when the volume works again.
    var lateGrowth: Bytes?
    /// Of new tables, written with each step of the kernel's thread; zero while it has nothing to do.
    var tablesSlice: UInt64 = 0
    /// What is left to chance for this volume, whatever happens to others.
    var generator: SplitMix64
    /// The last fact that was made of it is out of date.
    var isDirty = false

    init(_ scenario: Scenario.Volume, pool: Int, thinID: UInt32, uuid: String, generator: SplitMix64) {
        self.scenario = scenario
        self.pool = pool
        self.thinID = thinID
        self.uuid = uuid
        self.generator = generator
        length = scenario.device.wholeSectors
        if case .filesystem(let filesystem) = scenario.content {
            self.filesystem = SimulatedFilesystem(filesystem, mountPoint: scenario.owner.mountPoint(of: scenario.name))
        }
    }

    var name: DeviceName { scenario.name }
    var isSuspended: Bool { suspensions > 0 }
    var standsStill: Bool { suspensions > 0 || stalls > 0 }

    /// Beside a burst, growth takes longer.
    var isUnderLoad: Bool { rate >= SimulatedVolume.burstRate }
    private static let burstRate = 64.0 * 1024 * 1024

    /// Blocks that are missing before `bytes` more of data, and so much of tables, can be written into the filesystem.
    func blocksMissing(writing bytes: UInt64, tables: UInt64 = 0, blockSize: UInt64) -> UInt64 {
        guard let filesystem else { return 0 }
        let blocks = (filesystem.touched(writing: bytes) + tables + blockSize - 1) / blockSize
        return blocks > mappedBlocks ? blocks - mappedBlocks : 0
    }

    mutating func map(blocks: UInt64) { mappedBlocks += blocks }

    /// The inactive table takes the live one's place. It is never shorter: it was not let in.
    mutating func makeInactiveTableLive() {
        if let inactiveLength { length = max(length, inactiveLength) }
        inactiveLength = nil
    }
}

extension Owner {
    /// Where a volume of this owner is mounted.
    func mountPoint(of name: DeviceName) -> String {
        switch self {
        case .docker(let volume): "/var/lib/docker/devicemapper/mnt/\(volume.hash)"
        case .containerd(let snapshot):
            "/run/containerd/io.containerd.runtime.v2.task/\(snapshot.container?.namespace ?? "default")/"
                + "\(snapshot.container?.id ?? "snapshot-\(snapshot.number)")/rootfs"
        case .lvm(let volume): "/srv/\(volume.name)"
        case .lxd(let volume):
            "/var/lib/\(volume.daemon.rawValue)/storage-pools/\(volume.storagePool)/containers/\(volume.instance)"
        case .stratis: "/stratis/\(name)"
        case .plain: "/mnt/\(name)"
        }
    }

    func uuid(_ generator: inout SplitMix64) -> String {
        switch self {
        case .lvm, .lxd: "LVM-\(generator.hexadecimal(digits: 32))-\(generator.hexadecimal(digits: 32))"
        case .stratis: "stratis-1-\(generator.hexadecimal(digits: 32))-thin-fs-\(generator.hexadecimal(digits: 32))"
        case .docker, .containerd, .plain: ""
        }
    }
}
