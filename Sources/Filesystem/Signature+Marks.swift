// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// One thing that a device may carry, and how it is told.
struct Mark: Sendable {
    let look: @Sendable (DeviceImage) -> Signature?

    private init(look: @escaping @Sendable (DeviceImage) -> Signature?) { self.look = look }

    /// A fixed text at one of some places.
    private init(_ signature: Signature, _ magic: StaticString, at offsets: UInt64...) {
        look = { image in offsets.contains { image.has(magic, at: $0) } ? signature : nil }
    }

    private init(_ signature: Signature, _ magic: [UInt8], at offsets: UInt64...) {
        look = { image in offsets.contains { image.has(magic, at: $0) } ? signature : nil }
    }

    private static func filesystem(_ name: String) -> Signature { .filesystem(FilesystemKind(name: name)) }

    /// In the order in which two of them are named.
    static let all: [Mark] = [
        Mark(look: luks),
        Mark(.foreign("LVM physical volume"), "LABELONE", at: 0, 512, 1024, 1536),
        Mark(.foreign("Stratis block device"), stratis, at: 516, 4612),
        Mark(look: raid),
        Mark(.foreign("bcache device"), bcache, at: 4096 + 24),
        Mark(look: zfs),
        Mark(look: swap),
        Mark(.foreign("VDO volume"), "dmvdo001", at: 0),
        Mark(.foreign("dm-integrity device"), [0x69, 0x6e, 0x74, 0x65, 0x67, 0x72, 0x74, 0x00], at: 0),
        Mark(.foreign("dm-verity device"), [0x76, 0x65, 0x72, 0x69, 0x74, 0x79, 0x00, 0x00], at: 0),
        Mark(.foreign("BitLocker volume"), "-FVE-FS-", at: 3),
        Mark(.foreign("Ceph BlueStore device"), "bluestore block device", at: 0),
        Mark(look: extended),
        Mark(look: xfs),
        Mark(filesystem("btrfs"), "_BHRfS_M", at: 65_600),
        Mark(look: fat),
        Mark(filesystem("ntfs"), "NTFS    ", at: 3),
        Mark(filesystem("exfat"), "EXFAT   ", at: 3),
        Mark(filesystem("f2fs"), [0x10, 0x20, 0xf5, 0xf2], at: 1024),
        Mark(filesystem("erofs"), [0xe2, 0xe1, 0xf5, 0xe0], at: 1024),
        Mark(filesystem("squashfs"), "hsqs", at: 0),
        Mark(filesystem("iso9660"), "CD001", at: 32_769),
        Mark(filesystem("jfs"), "JFS1", at: 32_768),
        Mark(filesystem("reiserfs"), "ReIsEr", at: 65_588),
        Mark(filesystem("gfs2"), [0x01, 0x16, 0x19, 0x70, 0, 0, 0, 1], at: 65_536),
        Mark(filesystem("ocfs2"), "OCFSV2", at: 1024, 2048, 4096, 8192),
    ]

    /// "!Stra0tis", then bytes that are no text, then "^Arh".
    static let stratis: [UInt8] = Array("!Stra0tis".utf8) + [0x86, 0xff, 0x02] + Array("^Arh".utf8)
    static let bcache: [UInt8] = [
        0xc6, 0x85, 0x73, 0xf6, 0x4e, 0x1a, 0x45, 0xca, 0x82, 0x65, 0xf5, 0x7f, 0x48, 0xba, 0x6d, 0x81,
    ]

    private static func luks(_ image: DeviceImage) -> Signature? {
        guard image.has([0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe], at: 0) else { return nil }
        return .foreign("LUKS\(image.number16(at: 6).byteSwapped)")
    }

    /// md's superblock: formats 1.1 and 1.2 at the start, 1.0 and 0.90 near the end (drivers/md/md.c).
    private static func raid(_ image: DeviceImage) -> Signature? {
        let magic: [UInt8] = [0xfc, 0x4e, 0x2b, 0xa9]
        let sectors = image.deviceSize.wholeSectors.count
        var places: [UInt64] = [0, 4096]
        if sectors >= 16 { places.append(((sectors - 16) & ~7) * 512) }
        if sectors >= 256 { places.append(((sectors & ~127) - 128) * 512) }
        let isThere = places.contains { image.has(magic, at: $0) || image.has(magic.reversed(), at: $0) }
        return isThere ? .foreign("md RAID member") : nil
    }

    /// An uberblock in the second half of ZFS's first label; either byte order.
    private static func zfs(_ image: DeviceImage) -> Signature? {
        let magic: [UInt8] = [0x0c, 0xb1, 0xba, 0x00, 0, 0, 0, 0]
        for offset in stride(from: UInt64(128 << 10), to: 256 << 10, by: 1 << 10)
        where image.has(magic, at: offset) || image.has(magic.reversed(), at: offset) {
            return .foreign("ZFS pool member")
        }
        return nil
    }

    /// At the end of the first page, whatever its size is on the machine that made it.
    private static func swap(_ image: DeviceImage) -> Signature? {
        for page: UInt64 in [4096, 8192, 16_384, 32_768, 65_536] {
            if image.has("SWAPSPACE2", at: page - 10) || image.has("SWAP-SPACE", at: page - 10) { return .foreign("swap") }
            if image.has("S1SUSPEND", at: page - 10) { return .foreign("hibernation image") }
        }
        return nil
    }

    /// ext2, ext3 and ext4 share their magic and are told apart by features (fs/ext4/ext4.h; libblkid does the same).
    private static func extended(_ image: DeviceImage) -> Signature? {
        let start: UInt64 = 1024
        guard image.number16(at: start + 0x38) == 0xef53, image.number32(at: start + 0x18) <= 6,
            image.number32(at: start + 0x04) != 0
        else { return nil }
        let compatible = image.number32(at: start + 0x5c)
        let incompatible = image.number32(at: start + 0x60)
        let readOnlyCompatible = image.number32(at: start + 0x64)
        if incompatible & 0x8 != 0 { return .foreign("external ext4 journal") }
        // filetype, recover, meta_bg; sparse_super, large_file, btree_dir: what ext3 knows.
        if incompatible & ~0x16 != 0 || readOnlyCompatible & ~0x7 != 0 { return .filesystem(.ext4) }
        return filesystem(compatible & 0x4 != 0 ? "ext3" : "ext2")
    }

    private static func xfs(_ image: DeviceImage) -> Signature? {
        guard image.has("XFSB", at: 0) else { return nil }
        let blockSize = image.big32(at: 4)
        return blockSize >= 512 && blockSize <= 65_536 && blockSize.nonzeroBitCount == 1 ? .filesystem(.xfs) : nil
    }

    /// A FAT boot sector ends like a partition table's and begins with a jump.
    private static func fat(_ image: DeviceImage) -> Signature? {
        guard image.has([0x55, 0xaa], at: 510), image.byte(at: 0) == 0xeb || image.byte(at: 0) == 0xe9 else { return nil }
        let isFAT = image.has("FAT12   ", at: 54) || image.has("FAT16   ", at: 54) || image.has("FAT32   ", at: 82)
        return isFAT ? filesystem("vfat") : nil
    }
}
