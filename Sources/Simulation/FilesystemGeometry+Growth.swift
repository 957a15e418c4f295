// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Units

/// What mkfs and the kernel's online growth make of a size.
extension FilesystemGeometry {
    private static let inodeSize: UInt64 = 256
    /// Below it mkfs.ext4 takes small blocks and one inode for 4 KiB (mke2fs.conf, `small`).
    private static let small: UInt64 = 512 << 20

    static func born(kind: FilesystemKind, size: Bytes) -> FilesystemGeometry {
        if kind == .xfs {
            let blocks = size.count / 4096
            let groupBlocks = max((blocks + 3) / 4, 1)
            return .xfs(
                XFSGeometry(
                    blockSize: .kibibytes(4), blocks: blocks, groupBlocks: groupBlocks,
                    groups: (blocks + groupBlocks - 1) / groupBlocks))
        }
        let isSmall = size.count < small
        let blockSize: UInt64 = isSmall ? 1024 : 4096
        let blocksPerGroup = blockSize * 8
        return .ext4(
            Ext4Geometry(
                blockSize: Bytes(blockSize), blocks: size.count / blockSize, blocksPerGroup: blocksPerGroup,
                inodesPerGroup: blocksPerGroup * blockSize / (isSmall ? 4096 : 16_384), inodeSize: Bytes(inodeSize),
                groupsPerFlex: 16, reservedDescriptorBlocks: 256))
    }

    /// Where online growth to `size` ends: whole blocks, and no last group that could not hold its own tables.
    func grown(to size: Bytes) -> FilesystemGeometry {
        switch self {
        case .ext4(var geometry):
            var blocks = size.count / geometry.blockSize.count
            let rest = blocks % geometry.blocksPerGroup
            if rest > 0,
                rest * geometry.blockSize.count < FilesystemGeometry.tablesPerGroup(geometry) + 50 * geometry.blockSize.count
            {
                blocks -= rest
            }
            geometry.blocks = max(geometry.blocks, blocks)
            return .ext4(geometry)
        case .xfs(var geometry):
            var blocks = size.count / geometry.blockSize.count
            let rest = blocks % geometry.groupBlocks
            // XFS_MIN_AG_BLOCKS
            if rest > 0, rest < 64 { blocks -= rest }
            geometry.blocks = max(geometry.blocks, blocks)
            geometry.groups = (geometry.blocks + geometry.groupBlocks - 1) / geometry.groupBlocks
            return .xfs(geometry)
        }
    }

    private static func tablesPerGroup(_ geometry: Ext4Geometry) -> UInt64 {
        geometry.inodesPerGroup * geometry.inodeSize.count + 2 * geometry.blockSize.count
    }

    /// Inode tables and bitmaps, or the headers of XFS's allocation groups, in bytes.
    var tables: UInt64 {
        switch self {
        case .ext4(let geometry):
            let groups = (geometry.blocks + geometry.blocksPerGroup - 1) / geometry.blocksPerGroup
            return groups * FilesystemGeometry.tablesPerGroup(geometry)
        // Seen: 8 MiB mapped for 124 new groups, so one block of the pool (64 KiB) for each.
        case .xfs(let geometry): return geometry.groups << 16
        }
    }

    /// ext4's journal or XFS's log, in bytes, as mkfs sizes them: roughly.
    var journal: UInt64 {
        switch self {
        case .ext4: min(max(size.count / 64, 4 << 20), 128 << 20)
        case .xfs: min(max(size.count / 2048, 10 << 20), 2 << 30)
        }
    }

    var inodes: UInt64 {
        switch self {
        case .ext4(let geometry):
            (geometry.blocks + geometry.blocksPerGroup - 1) / geometry.blocksPerGroup * geometry.inodesPerGroup
        // XFS makes inodes as it needs them, in a quarter of the space at most.
        case .xfs(let geometry): geometry.blocks * geometry.blockSize.count / 4 / 512
        }
    }

    /// Past it the kernel refuses to grow.
    var largestSize: Bytes {
        switch self {
        case .ext4(let geometry):
            // Seen: 2 TiB were refused with blocks of 1 KiB.
            geometry.blockSize.scaled(
                by: geometry.blockSize.count < 4096 ? (1 << 31) - 1 : geometry.has64BitBlocks ? 1 << 44 : 1 << 32)
        case .xfs: Bytes(1 << 60)
        }
    }
}
