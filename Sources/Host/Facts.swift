// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import DeviceMapper
public import Filesystem
public import Owners
public import Units

/// What one look at the host found: plain values, nothing joined, nothing judged.
public struct Facts: Hashable, Sendable, Codable {
    public var scope: Scope
    /// When the look began.
    public var takenAt: MonotonicTime
    public var wallTime: WallTime
    /// How long the look took.
    public var duration: Duration
    public var pools: [PoolFact]
    public var volumes: [VolumeFact]
    /// Kept volumes that their owner has given up since the last look.
    public var released: [VolumeIdentity] = []
    /// How long each mounted filesystem took to tell its usage; the deadline for one that did not.
    public var usageTimes: [Duration] = []
    /// What could not be read, each with what it was.
    public var complaints: [Complaint]

    public init(
        scope: Scope, takenAt: MonotonicTime, wallTime: WallTime, duration: Duration, pools: [PoolFact],
        volumes: [VolumeFact], complaints: [Complaint] = []
    ) {
        self.scope = scope
        self.takenAt = takenAt
        self.wallTime = wallTime
        self.duration = duration
        self.pools = pools
        self.volumes = volumes
        self.complaints = complaints
    }

    /// How much of the host is looked at.
    public enum Scope: Hashable, Sendable, Codable {
        case everything
        /// Only these volumes and the pools under them. One that is gone is missing from the facts.
        case volumes([DeviceName])
    }

    public struct Complaint: Hashable, Sendable, Codable {
        /// The part of the host that did not answer: `devicemapper`, `mounts`, `statfs`, `docker`, `lvm`.
        public var part: String
        /// A word for counting: `timeout`, `permission`, `unparsable`, `failed`.
        public var kind: String
        /// For people, with the name of what it was.
        public var text: String

        public init(part: String, kind: String, text: String) {
            self.part = part
            self.kind = kind
            self.text = text
        }
    }
}

/// What is common to every device-mapper device.
public struct DeviceFact: Hashable, Sendable, Codable {
    public var name: DeviceName
    public var uuid: String
    public var number: DeviceNumber
    public var isSuspended: Bool
    public var openCount: UInt32
    public var hasInactiveTable: Bool

    public init(
        name: DeviceName, uuid: String = "", number: DeviceNumber, isSuspended: Bool = false, openCount: UInt32 = 0,
        hasInactiveTable: Bool = false
    ) {
        self.name = name
        self.uuid = uuid
        self.number = number
        self.isSuspended = isSuspended
        self.openCount = openCount
        self.hasInactiveTable = hasInactiveTable
    }
}

public struct PoolFact: Hashable, Sendable, Codable {
    public var device: DeviceFact
    /// Nil when the pool has no live table, or one that cannot be read.
    public var table: ThinPoolTable?
    public var status: ThinPoolStatus
    public var owner: PoolOwner

    public init(device: DeviceFact, table: ThinPoolTable?, status: ThinPoolStatus, owner: PoolOwner = .plain) {
        self.device = device
        self.table = table
        self.status = status
        self.owner = owner
    }
}

public struct VolumeFact: Hashable, Sendable, Codable {
    public var device: DeviceFact
    public var table: ThinTable
    public var status: ThinStatus
    public var owner: Owner
    public var content: Content
    /// Devices on top of this one (from sysfs): their names.
    public var holders: [String]
    /// Processes that have the device itself open for writing while it is mounted: `qemu-system-x86 (4711)`.
    public var writers: [String]
    /// Wherever it is mounted, in any namespace: one filesystem, however many mounts of it there are.
    public var mountPoints: [String]
    /// LVM's, of the volume and its volume group, sorted. Nil where LVM has not told them yet, and where it is not LVM's.
    public var tags: [String]?
    /// Its container may have labels, and an image, that its owner has not told yet.
    public var awaitsLabels: Bool

    public init(
        device: DeviceFact, table: ThinTable, status: ThinStatus, owner: Owner, content: Content, holders: [String] = [],
        writers: [String] = [], mountPoints: [String] = [], tags: [String]? = nil, awaitsLabels: Bool = false
    ) {
        self.device = device
        self.table = table
        self.status = status
        self.owner = owner
        self.content = content
        self.holders = holders
        self.writers = writers
        self.mountPoints = mountPoints
        self.tags = tags
        self.awaitsLabels = awaitsLabels
    }
}

/// What a volume holds.
public enum Content: Hashable, Sendable, Codable {
    case mounted(MountedFilesystem)
    /// A filesystem that no mount was found for. Its usage cannot be known.
    case unmounted(kind: FilesystemKind, geometry: FilesystemGeometry?)
    /// Something else is written on it: `LUKS`, `partition table`, `LVM physical volume`, `swap`, or `unknown`.
    case foreign(signature: String)
    /// Its first blocks are all zero.
    case blank
    /// It was not read: suspended, failed, or it did not answer in time.
    case unread(reason: String)
}

public struct MountedFilesystem: Hashable, Sendable, Codable {
    public var kind: FilesystemKind
    /// As the process that has it mounted calls it.
    public var mountPoint: String
    public var isReadOnly: Bool
    public var reading: Reading
    public var geometry: FilesystemGeometry?

    public init(
        kind: FilesystemKind, mountPoint: String, isReadOnly: Bool = false, reading: Reading,
        geometry: FilesystemGeometry?
    ) {
        self.kind = kind
        self.mountPoint = mountPoint
        self.isReadOnly = isReadOnly
        self.reading = reading
        self.geometry = geometry
    }

    public enum Reading: Hashable, Sendable, Codable {
        case usage(FilesystemUsage)
        /// statfs has not come back within its deadline.
        case stuck
        /// The kernel has it mounted, and no process leads there: its namespace is only pinned, or it was unmounted lazily
        /// and is still in use.
        case hidden
        case failed(errno: Int32, text: String)
    }
}
