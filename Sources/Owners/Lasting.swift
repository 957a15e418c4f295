// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// How a growth of a volume outlives its owner's next start: nothing grown behind an owner's back does.
public enum Lasting: Hashable, Sendable, Codable {
    /// The owner re-creates the device at the size in its own record, so the record is rewritten before anything grows, and
    /// while the owner still has the old size in memory the device is kept in being.
    case byRecord(DockerVolume)
    /// The owner leaves a device that is there as it is: after a reboot it is re-created before the owner starts.
    case byRestoring
    /// The owner grows the device itself.
    case byLogicalVolume(LogicalVolume)
    /// The owner grows device and filesystem together, and keeps the size in the instance's record.
    case byInstance(LXDVolume)
    /// Not at all: only through the owner's own command.
    case never
}

extension Owner {
    public var lasting: Lasting {
        switch self {
        case .docker(let volume): volume.role == .container ? .byRecord(volume) : .never
        case .containerd(let snapshot): snapshot.role == .container ? .byRestoring : .never
        case .lvm(let volume): volume.higherOwner == nil ? .byLogicalVolume(volume) : .never
        case .lxd(let volume): volume.role == .container && volume.isAnswering ? .byInstance(volume) : .never
        case .stratis: .never
        case .plain: .byRestoring
        }
    }
}
