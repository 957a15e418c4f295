// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// What statfs(2) says of a mounted filesystem.
public struct FilesystemUsage: Hashable, Sendable, Codable {
    /// Everything it could hold: blocks × block size, without the filesystem's own tables (as `df` shows it).
    public var size: Bytes
    /// Not free, so data and what the filesystem keeps for itself beyond its fixed tables.
    public var used: Bytes
    /// What a writer without privilege may still write. Blocks that are promised to data in memory are already off.
    public var available: Bytes
    public var inodes: UInt64
    public var inodesUsed: UInt64

    public init(size: Bytes, used: Bytes, available: Bytes, inodes: UInt64, inodesUsed: UInt64) {
        self.size = size
        self.used = used
        self.available = available
        self.inodes = inodes
        self.inodesUsed = inodesUsed
    }
}

/// What a filesystem's superblock says, as far as growth needs it.
public enum FilesystemGeometry: Hashable, Sendable, Codable {
    case ext4(Ext4Geometry)
    case xfs(XFSGeometry)

    /// How much of its device the filesystem takes. Never more than the device, or it is broken.
    public var size: Bytes {
        switch self {
        case .ext4(let geometry): geometry.blockSize.scaled(by: geometry.blocks)
        case .xfs(let geometry): geometry.blockSize.scaled(by: geometry.blocks)
        }
    }

    /// A filesystem grows by whole blocks of this size.
    public var blockSize: Bytes {
        switch self {
        case .ext4(let geometry): geometry.blockSize
        case .xfs(let geometry): geometry.blockSize
        }
    }
}

/// ext4's superblock (fs/ext4/ext4.h, struct ext4_super_block).
public struct Ext4Geometry: Hashable, Sendable, Codable {
    public var blockSize: Bytes
    public var blocks: UInt64
    public var blocksPerGroup: UInt64
    public var inodesPerGroup: UInt64
    public var inodeSize: Bytes
    /// Block groups whose tables lie together (flex_bg); 1 without.
    public var groupsPerFlex: UInt64
    /// Block numbers are 64 bits wide, so it can pass 2³² blocks.
    public var has64BitBlocks: Bool
    /// Blocks kept for growing the group descriptors; 0 with meta_bg.
    public var reservedDescriptorBlocks: UInt64
    /// Superblock and descriptors are backed up in groups 0, 1 and the powers of 3, 5 and 7 (sparse_super), not in all.
    public var hasSparseBackups: Bool
    /// Group descriptors lie within the groups they describe (meta_bg), so there is no end to them.
    public var hasMetaBlockGroups: Bool

    public init(
        blockSize: Bytes, blocks: UInt64, blocksPerGroup: UInt64, inodesPerGroup: UInt64, inodeSize: Bytes,
        groupsPerFlex: UInt64 = 1, has64BitBlocks: Bool = true, reservedDescriptorBlocks: UInt64 = 0,
        hasSparseBackups: Bool = true, hasMetaBlockGroups: Bool = false
    ) {
        self.blockSize = blockSize
        self.blocks = blocks
        self.blocksPerGroup = blocksPerGroup
        self.inodesPerGroup = inodesPerGroup
        self.inodeSize = inodeSize
        self.groupsPerFlex = groupsPerFlex
        self.has64BitBlocks = has64BitBlocks
        self.reservedDescriptorBlocks = reservedDescriptorBlocks
        self.hasSparseBackups = hasSparseBackups
        self.hasMetaBlockGroups = hasMetaBlockGroups
    }
}

/// XFS's superblock (fs/xfs/libxfs/xfs_format.h, struct xfs_dsb).
public struct XFSGeometry: Hashable, Sendable, Codable {
    public var blockSize: Bytes
    public var blocks: UInt64
    /// Blocks in an allocation group, fixed at the filesystem's birth.
    public var groupBlocks: UInt64
    public var groups: UInt64

    public init(blockSize: Bytes, blocks: UInt64, groupBlocks: UInt64, groups: UInt64) {
        self.blockSize = blockSize
        self.blocks = blocks
        self.groupBlocks = groupBlocks
        self.groups = groups
    }
}
