// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import DeviceMapper
public import Filesystem
public import Host
public import Owners
public import Units

/// The host as it was at one moment: every pool, every volume, joined. Immutable once made.
public struct Snapshot: Sendable, Hashable, Codable {
    /// When the last look at everything began.
    public var takenAt: MonotonicTime
    public var wallTime: WallTime
    /// By name.
    public var pools: [Pool]
    /// By pool, then by name.
    public var volumes: [Volume]

    public init(takenAt: MonotonicTime, wallTime: WallTime, pools: [Pool], volumes: [Volume]) {
        self.takenAt = takenAt
        self.wallTime = wallTime
        self.pools = pools
        self.volumes = volumes
    }
}

/// A thin pool.
public struct Pool: Sendable, Hashable, Codable {
    public var name: DeviceName
    public var uuid: String
    public var number: DeviceNumber
    public var isSuspended: Bool
    public var owner: PoolOwner
    public var table: ThinPoolTable?
    public var status: ThinPoolStatus

    public init(
        name: DeviceName, uuid: String, number: DeviceNumber, isSuspended: Bool, owner: PoolOwner, table: ThinPoolTable?,
        status: ThinPoolStatus
    ) {
        self.name = name
        self.uuid = uuid
        self.number = number
        self.isSuspended = isSuspended
        self.owner = owner
        self.table = table
        self.status = status
    }

    /// The figures, when the pool gives any.
    public var report: ThinPoolStatus.Report? {
        if case .working(let report) = status { report } else { nil }
    }

    public var blockSize: Bytes? { table?.blockSize.bytes }

    public var dataTotal: Bytes? { bytes(report?.dataTotal) }
    public var dataUsed: Bytes? { bytes(report?.dataUsed) }
    public var metadataTotal: Bytes? { report?.metadataTotal.bytes }
    public var metadataUsed: Bytes? { report?.metadataUsed.bytes }

    private func bytes(_ blocks: DataBlocks?) -> Bytes? {
        guard let blocks, let blockSize else { return nil }
        return blocks.bytes(blockSize: blockSize)
    }

    /// The pool answers writes with errors although its table says to queue them: the kernel's time-out has passed.
    public var writesAreFailing: Bool {
        guard let report, let table else { return false }
        return report.mode == .outOfDataSpace && report.whenFull == .error && !table.errorsWhenFull
    }
}

/// A thin volume, with its filesystem and its owner.
public struct Volume: Sendable, Hashable, Codable {
    public var identity: VolumeIdentity
    public var number: DeviceNumber
    /// When this volume was last looked at.
    public var seenAt: MonotonicTime
    public var size: Bytes
    /// Nil when the pool does not say (it failed).
    public var mapped: Bytes?
    public var externalOrigin: DeviceNumber?
    public var isSuspended: Bool
    public var openCount: UInt32
    public var hasInactiveTable: Bool
    public var owner: Owner
    public var content: Content
    public var holders: [String]
    /// Processes that have the device itself open for writing while it is mounted.
    public var writers: [String]
    public var mountPoints: [String]
    /// LVM's, of the volume and its volume group. Nil where LVM has not told them yet, and where it is not LVM's.
    public var tags: [String]?
    /// Its container may have labels, and an image, that its owner has not told yet.
    public var awaitsLabels: Bool
    /// The last look contradicted the one before beyond what a writer can do; nothing is decided on it until a second agrees.
    public var isDoubtful: Bool

    public init(
        identity: VolumeIdentity, number: DeviceNumber, seenAt: MonotonicTime, size: Bytes, mapped: Bytes?,
        externalOrigin: DeviceNumber? = nil, isSuspended: Bool = false, openCount: UInt32 = 0, hasInactiveTable: Bool = false,
        owner: Owner, content: Content, holders: [String] = [], writers: [String] = [], mountPoints: [String] = [],
        tags: [String]? = nil, awaitsLabels: Bool = false, isDoubtful: Bool = false
    ) {
        self.identity = identity
        self.number = number
        self.seenAt = seenAt
        self.size = size
        self.mapped = mapped
        self.externalOrigin = externalOrigin
        self.isSuspended = isSuspended
        self.openCount = openCount
        self.hasInactiveTable = hasInactiveTable
        self.owner = owner
        self.content = content
        self.holders = holders
        self.writers = writers
        self.mountPoints = mountPoints
        self.tags = tags
        self.awaitsLabels = awaitsLabels
        self.isDoubtful = isDoubtful
    }

    public var name: DeviceName { identity.name }
    public var poolName: DeviceName { identity.poolName }

    /// The mounted filesystem, whether it answers or not.
    public var filesystem: MountedFilesystem? {
        if case .mounted(let filesystem) = content { filesystem } else { nil }
    }

    /// What the filesystem on it has, mounted or not; nil where that was not read.
    public var filesystemSize: Bytes? { read?.size }

    /// The filesystem, mounted or not, where it is larger than its device.
    public var overhang: (kind: FilesystemKind, size: Bytes)? { read.flatMap { $0.size > size ? $0 : nil } }

    private var read: (kind: FilesystemKind, size: Bytes)? {
        switch content {
        case .mounted(let filesystem): filesystem.geometry.map { (filesystem.kind, $0.size) }
        case .unmounted(let kind, let geometry): geometry.map { (kind, $0.size) }
        case .foreign, .blank, .unread: nil
        }
    }

    /// The mounted filesystem's usage, when it answers.
    public var usage: FilesystemUsage? {
        if case .usage(let usage)? = filesystem?.reading { usage } else { nil }
    }
}
