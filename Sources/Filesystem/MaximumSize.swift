// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

extension FilesystemGeometry {
    /// How large the filesystem can ever get while mounted, by its layout; nil for one that ends beyond every pool.
    public var maximumSize: Bytes? {
        switch self {
        case .ext4(let geometry): geometry.maximumSize
        case .xfs: nil
        }
    }
}

extension Ext4Geometry {
    var maximumSize: Bytes {
        // Without the 64bit feature a block number has 32 bits; inode numbers always have (fs/ext4/resize.c, ext4_resize_fs).
        let blockLimit = has64BitBlocks ? UInt64(1) << 48 : UInt64(UInt32.max)
        let groupsByInodes = UInt64(UInt32.max) / inodesPerGroup
        let groups = min((blockLimit - firstDataBlock) / blocksPerGroup, groupsByInodes)
        return blockSize.scaled(by: firstDataBlock + groups * blocksPerGroup)
    }
}
