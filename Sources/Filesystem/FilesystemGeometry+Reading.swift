// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CExt2FS
import Units

extension FilesystemGeometry {
    /// From the superblock on the device: always right for ext4, mounted or not; for XFS as old as its last checkpoint while
    /// mounted, so ask `OpenFilesystem.geometry(of:device:)` then.
    public static func read(_ kind: FilesystemKind, from device: borrowing BlockDevice) throws(FilesystemError)
        -> FilesystemGeometry
    {
        switch kind {
        case .ext4: return .ext4(try Ext4Geometry.read(from: device))
        case .xfs: return .xfs(try XFSGeometry.read(from: device))
        case .other: throw FilesystemError("read the superblock of", device.path.description, .unsupported(kind))
        }
    }
}

extension Ext4Geometry {
    /// By libext2fs, which checks the superblock and its checksum. Read through the page cache on purpose: the kernel keeps
    /// a mounted ext4's superblock in that very cache, and the disk is behind it until the journal is checkpointed.
    static func read(from device: borrowing BlockDevice) throws(FilesystemError) -> Ext4Geometry {
        _ = errorTexts
        var filesystem: ext2_filsys?
        let flags = EXT2_FLAG_SUPER_ONLY | EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES | EXT2_FLAG_SKIP_MMP
        let result = device.descriptorPath.withCString { ext2fs_open($0, flags, 0, 0, hr_unix_io_manager(), &filesystem) }
        defer { if filesystem != nil { ext2fs_close_free(&filesystem) } }
        guard result == 0, let super_ = filesystem?.pointee.super?.pointee else {
            let text = result == 0 ? "libext2fs gave no superblock" : String(cString: error_message(result))
            throw FilesystemError("read the superblock of", device.path.description, .unreadable(text))
        }
        return try Ext4Geometry(super_, on: device.path)
    }

    /// Makes libext2fs's error codes known to com_err, once.
    private static let errorTexts: Void = initialize_ext2_error_table()

    private init(_ super_: ext2_super_block, on path: Path) throws(FilesystemError) {
        func has(_ feature: Int32, in features: UInt32) -> Bool { features & UInt32(bitPattern: feature) != 0 }
        let has64Bit = has(EXT4_FEATURE_INCOMPAT_64BIT, in: super_.s_feature_incompat)
        let isDynamic = super_.s_rev_level >= 1
        let blocks = UInt64(super_.s_blocks_count) | (has64Bit ? UInt64(super_.s_blocks_count_hi) << 32 : 0)
        self.init(
            blockSize: Bytes(1024 << UInt64(min(super_.s_log_block_size, 6))), blocks: blocks,
            blocksPerGroup: UInt64(super_.s_blocks_per_group), inodesPerGroup: UInt64(super_.s_inodes_per_group),
            inodeSize: Bytes(isDynamic ? UInt64(super_.s_inode_size) : 128),
            groupsPerFlex: has(EXT4_FEATURE_INCOMPAT_FLEX_BG, in: super_.s_feature_incompat)
                ? 1 << UInt64(min(super_.s_log_groups_per_flex, 31)) : 1,
            has64BitBlocks: has64Bit,
            reservedDescriptorBlocks: has(EXT2_FEATURE_COMPAT_RESIZE_INODE, in: super_.s_feature_compat)
                ? UInt64(super_.s_reserved_gdt_blocks) : 0,
            hasSparseBackups: has(EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER, in: super_.s_feature_ro_compat),
            hasMetaBlockGroups: has(EXT2_FEATURE_INCOMPAT_META_BG, in: super_.s_feature_incompat))
        guard blocksPerGroup > 0, inodesPerGroup > 0 else {
            throw FilesystemError("read the superblock of", path.description, .unreadable("it has groups of no size"))
        }
    }
}

extension XFSGeometry {
    static func read(from device: borrowing BlockDevice) throws(FilesystemError) -> XFSGeometry {
        let head = try device.read(BlockDevice.alignment, at: .zero)
        guard let geometry = XFSGeometry(superblock: head) else {
            throw FilesystemError("read the superblock of", device.path.description, .unreadable("it is not an XFS superblock"))
        }
        return geometry
    }

    /// Reads the fields of struct xfs_dsb, big-endian. Nil when it is none, or contradicts itself.
    public init?(superblock bytes: [UInt8]) {
        let image = DeviceImage(head: bytes, tail: [], tailStart: .zero, deviceSize: Bytes(UInt64(bytes.count)))
        let blockSize = image.big32(at: 4)
        guard image.has("XFSB", at: 0), blockSize >= 512, blockSize <= 65_536, blockSize.nonzeroBitCount == 1 else { return nil }
        self.init(
            blockSize: Bytes(UInt64(blockSize)), blocks: image.big64(at: 8), groupBlocks: UInt64(image.big32(at: 84)),
            groups: UInt64(image.big32(at: 88)))
        let (least, overflow) = groupBlocks.multipliedReportingOverflow(by: groups)
        guard groups > 0, groupBlocks > 0, !overflow, blocks <= least, blocks > least - groupBlocks else { return nil }
    }
}
