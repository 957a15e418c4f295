// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Owners
public import Units

/// A volume that was grown, and whose device must come back at no less than its grown length whenever its owner, or a
/// reboot, takes it away.
public struct KeptVolume: Hashable, Sendable, Codable {
    public var identity: VolumeIdentity
    public var owner: Owner
    /// The device's length.
    public var length: Sectors
    /// The filesystem's size as far as it is known to have got: what a restored device is checked by.
    public var filesystemSize: Bytes
    /// The longest that the owner's hook has taken down; nil when it was never asked to.
    public var told: Sectors?

    public init(identity: VolumeIdentity, owner: Owner, length: Sectors, filesystemSize: Bytes, told: Sectors? = nil) {
        self.identity = identity
        self.owner = owner
        self.length = length
        self.filesystemSize = filesystemSize
        self.told = told
    }
}
