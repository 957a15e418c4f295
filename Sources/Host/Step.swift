// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Filesystem
public import Owners
public import Units

/// A volume so named that a step meant for it can never hit another: minor numbers and even names are used again.
public struct VolumeIdentity: Hashable, Sendable, Codable {
    public var name: DeviceName
    public var uuid: String
    public var poolName: DeviceName
    public var thinID: UInt32

    public init(name: DeviceName, uuid: String, poolName: DeviceName, thinID: UInt32) {
        self.name = name
        self.uuid = uuid
        self.poolName = poolName
        self.thinID = thinID
    }
}

/// One verified change to the host. The host checks the volume's identity and its live table first,
/// does the one thing, and reads back what it did.
public enum Step: Hashable, Sendable, Codable {
    /// Writes the length into the owner's own record, atomically and to the disk, before anything grows. Refused when the
    /// record is not this volume's, or says that it is being deleted.
    case recordLength(VolumeIdentity, DockerVolume, length: Sectors)
    /// Runs the owner's own command, which takes the length down, before anything grows. It may be run again with the same
    /// length. Refused when the device is longer.
    case runHook(VolumeIdentity, OwnerHook, length: Sectors)
    /// Has LVM make the logical volume at least so long: `lvextend`, which updates its own record and the table.
    case extend(VolumeIdentity, LogicalVolume, length: Sectors)
    /// Has LXD or Incus record a root disk of at least this length for the instance, which grows the device and the
    /// filesystem on it. Refused when the record or the device is longer.
    case resizeInstance(VolumeIdentity, LXDVolume, length: Sectors)
    /// Makes the device anew, at a length that it had, after its owner let it go or the host was started anew. Done when
    /// it is there already and no shorter; refused when another device has its thin id.
    case restore(VolumeIdentity, length: Sectors)
    /// Takes a device away that was restored and that nobody has open, since its owner wants it gone.
    case release(VolumeIdentity)
    /// Puts the live table, with more sectors, into the volume's inactive slot. Refused when it would not be longer.
    case loadTable(VolumeIdentity, length: Sectors)
    /// Makes the inactive table live, without freezing the filesystem or flushing what is under way, and keeps udev's links.
    case resume(VolumeIdentity, length: Sectors)
    /// Throws the inactive table away.
    case clearTable(VolumeIdentity)
    /// Grows the mounted filesystem to `size`, rounded down to its block. Refused on a suspended volume, and when the
    /// device is smaller.
    case growFilesystem(VolumeIdentity, kind: FilesystemKind, size: Bytes)

    public var volume: VolumeIdentity {
        switch self {
        case .recordLength(let volume, _, _), .runHook(let volume, _, _), .extend(let volume, _, _),
            .resizeInstance(let volume, _, _), .restore(let volume, _), .release(let volume), .loadTable(let volume, _),
            .resume(let volume, _), .clearTable(let volume), .growFilesystem(let volume, _, _):
            volume
        }
    }

    /// The word for logs and metrics.
    public var name: String {
        switch self {
        case .recordLength: "record_length"
        case .runHook: "run_hook"
        case .extend: "extend"
        case .resizeInstance: "resize_instance"
        case .restore: "restore"
        case .release: "release"
        case .loadTable: "load_table"
        case .resume: "resume"
        case .clearTable: "clear_table"
        case .growFilesystem: "grow_filesystem"
        }
    }
}

/// How a step ended, and what was read back afterwards.
public struct StepReport: Hashable, Sendable, Codable {
    public var outcome: Outcome
    public var duration: Duration
    /// The live table's length afterwards, if it could be read.
    public var deviceLength: Sectors?
    /// The filesystem's size by its geometry afterwards, if it is mounted and could be read.
    public var filesystemSize: Bytes?
    /// How long the volume was suspended for it, at most; nil where Headroom suspends nothing. What LVM, LXD and Incus do
    /// themselves is not seen.
    public var suspended: Duration?

    public init(outcome: Outcome, duration: Duration, deviceLength: Sectors? = nil, filesystemSize: Bytes? = nil) {
        self.outcome = outcome
        self.duration = duration
        self.deviceLength = deviceLength
        self.filesystemSize = filesystemSize
    }

    public enum Outcome: Hashable, Sendable, Codable {
        case done
        /// Nothing was changed: the volume is not what it was thought to be, or the step would harm.
        case refused(reason: String)
        /// The kernel said no. `errno` is 0 where there is none.
        case failed(errno: Int32, text: String)
        /// It has not come back within its deadline and may still take effect.
        case stuck(after: Duration)
    }
}
