// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Filesystem
import Testing
import Units

/// An image of zeros with some bytes in it.
struct MadeImage {
    var bytes = [UInt8](repeating: 0, count: Signature.Limits.head)
    var size = Bytes.gibibytes(1)
    var tail: [UInt8] = []

    func with(_ bytes: [UInt8], at offset: Int) -> MadeImage {
        var image = self
        image.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        return image
    }

    func with(_ text: String, at offset: Int) -> MadeImage { with(Array(text.utf8), at: offset) }

    /// A partition entry of the boot sector, and its two last bytes.
    func withPartition(_ entry: Int = 0, flag: UInt8 = 0, type: UInt8 = 0x83, start: UInt8 = 8, sectors: UInt8 = 200) -> MadeImage
    {
        with([0x55, 0xaa], at: 510).with([flag, 0, 0, 0, type, 0, 0, 0, start, 0, 0, 0, sectors, 0, 0, 0], at: 446 + 16 * entry)
    }

    var signature: Signature {
        Signature(head: bytes, tail: tail, tailStart: size.less(Bytes(UInt64(tail.count))), deviceSize: size)
    }
}

@Suite struct SignatureTests {
    private let blank = MadeImage()

    @Test func `zeros are blank, and anything else is unknown`() {
        #expect(blank.signature == .blank)
        #expect(Signature(head: [], deviceSize: .zero) == .blank)
        #expect(blank.with([1], at: 200_000).signature == .unknown)
    }

    @Test(
        arguments: [
            ("LUKS1", [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe, 0, 1], 0), ("LUKS2", [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe, 0, 2], 0),
            ("LVM physical volume", Array("LABELONE".utf8), 512), ("Stratis block device", stratis, 516),
            ("Stratis block device", stratis, 4612), ("md RAID member", [0xfc, 0x4e, 0x2b, 0xa9], 0),
            ("md RAID member", [0xfc, 0x4e, 0x2b, 0xa9], 4096), ("bcache device", bcache, 4120),
            ("ZFS pool member", [0x0c, 0xb1, 0xba, 0, 0, 0, 0, 0], 131_072 + 5 * 1024),
            ("ZFS pool member", [0, 0, 0, 0, 0, 0xba, 0xb1, 0x0c], 131_072), ("swap", Array("SWAPSPACE2".utf8), 4086),
            ("swap", Array("SWAPSPACE2".utf8), 65_526), ("VDO volume", Array("dmvdo001".utf8), 0),
            ("GPT partition table", Array("EFI PART".utf8), 512), ("GPT partition table", Array("EFI PART".utf8), 4096),
        ] as [(String, [UInt8], Int)])
    func `what is no filesystem is called by its name`(name: String, magic: [UInt8], offset: Int) {
        #expect(blank.with(magic, at: offset).signature == .foreign(name))
        // One byte less is none of it.
        #expect(
            blank.with(Array(magic.dropLast()), at: offset).signature == .unknown || name == "LUKS1" || name == "LUKS2"
                || name == "ZFS pool member")
    }

    private static let stratis = Array("!Stra0tis".utf8) + [0x86, 0xff, 0x02] + Array("^Arh".utf8)
    private static let bcache: [UInt8] = [
        0xc6, 0x85, 0x73, 0xf6, 0x4e, 0x1a, 0x45, 0xca, 0x82, 0x65, 0xf5, 0x7f, 0x48, 0xba, 0x6d, 0x81,
    ]

    @Test func `md superblocks at the end of a device are found`() {
        var image = MadeImage()
        image.tail = [UInt8](repeating: 0, count: 128 << 10)
        let magic: [UInt8] = [0xfc, 0x4e, 0x2b, 0xa9]
        // Format 1.0: 8 KiB before the end, on a multiple of 4 KiB.
        image.tail.replaceSubrange((120 << 10)..<(120 << 10) + 4, with: magic)
        #expect(image.signature == .foreign("md RAID member"))
        // Format 0.90: the last multiple of 64 KiB that has 64 KiB behind it; a mirrored filesystem stands at the start.
        image.tail = [UInt8](repeating: 0, count: 128 << 10)
        image.tail.replaceSubrange((64 << 10)..<(64 << 10) + 4, with: magic)
        image = image.with([0x53, 0xef], at: 1080).with([1], at: 1028)
        #expect(image.signature == .foreign("md RAID member and ext2"))
    }

    @Test func `a boot sector is a partition table only with a partition in it`() {
        #expect(blank.with([0x55, 0xaa], at: 510).signature == .unknown)
        #expect(blank.withPartition().signature == .foreign("MBR partition table"))
        #expect(blank.withPartition(3, flag: 0x80).signature == .foreign("MBR partition table"))
        #expect(blank.withPartition(type: 0xee).signature == .foreign("GPT partition table"))
        // Boot code where the entries would be.
        #expect(blank.withPartition().withPartition(1, flag: 0x42).signature == .unknown)
        #expect(blank.withPartition(type: 0).signature == .unknown)
        #expect(blank.withPartition(sectors: 0).signature == .unknown)
        // It begins behind the device's end.
        var small = blank
        small.size = .kibibytes(4)
        #expect(small.withPartition(start: 8).signature == .unknown)
    }

    @Test(arguments: [("FAT16   ", 54, "vfat"), ("FAT32   ", 82, "vfat"), ("NTFS    ", 3, "ntfs"), ("EXFAT   ", 3, "exfat")])
    func `a filesystem's boot sector is no partition table, whatever its code looks like`(text: String, offset: Int, name: String)
    {
        let image = blank.withPartition().with([0xeb, 0x3c, 0x90], at: 0).with(text, at: offset)
        #expect(image.signature == .filesystem(.other(name)))
    }

    @Test func `ext2, ext3 and ext4 are told apart by features`() {
        let ext2 = blank.with([0x53, 0xef], at: 1024 + 0x38).with([1], at: 1024 + 4)
        #expect(ext2.signature == .filesystem(.other("ext2")))
        let ext3 = ext2.with([0x4], at: 1024 + 0x5c)
        #expect(ext3.signature == .filesystem(.other("ext3")))
        #expect(ext3.with([0x40], at: 1024 + 0x60).signature == .filesystem(.ext4))
        #expect(ext3.with([0x8], at: 1024 + 0x64).signature == .filesystem(.ext4))
        #expect(ext2.with([0x8], at: 1024 + 0x60).signature == .foreign("external ext4 journal"))
        // A block size beyond 64 KiB, or no blocks at all: not a superblock.
        #expect(ext2.with([7], at: 1024 + 0x18).signature == .unknown)
        #expect(ext2.with([0], at: 1024 + 4).signature == .unknown)
    }

    @Test func `two things on one device are named both and are no filesystem`() {
        let both = blank.withPartition().with([0x53, 0xef], at: 1080).with([1], at: 1028)
        #expect(both.signature == .foreign("ext2 and MBR partition table"))
    }

    @Test func `btrfs and XFS are told by their magic`() {
        #expect(blank.with("_BHRfS_M", at: 65_600).signature == .filesystem(.other("btrfs")))
        #expect(blank.with("XFSB", at: 0).with([0, 0, 0x10, 0], at: 4).signature == .filesystem(.xfs))
        #expect(blank.with("XFSB", at: 0).with([0, 0, 0x10, 1], at: 4).signature == .unknown)
    }

    @Test func `no bytes of any length make it fail`() {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...9000, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let size = Bytes(UInt64.random(in: 0 ... .max, using: &generator))
            let start = Bytes(UInt64.random(in: 0 ... .max, using: &generator))
            let signature = Signature(head: bytes, tail: bytes, tailStart: start, deviceSize: size)
            #expect((signature == .blank) == bytes.allSatisfy { $0 == 0 }, "seed \(seed)")
        }
    }
}

@Suite struct RealSignatureTests {
    private let tree = MadeTree()

    private func signature(after line: String, mebibytes: Int = 64) throws -> Signature {
        let image = tree.image("image", mebibytes: mebibytes)
        #expect(run(line.replacing("IMAGE", with: "'\(image)'")) == 0)
        return try Signature.read(from: BlockDevice(at: image))
    }

    @Test(.enabled(if: isInstalled("mkfs.ext4")), arguments: [("ext4", "ext4"), ("ext3", "ext3"), ("ext2", "ext2")])
    func `what mkfs makes is recognised`(type: String, name: String) throws {
        #expect(try signature(after: "mke2fs -q -t \(type) IMAGE") == .filesystem(FilesystemKind(name: name)))
    }

    @Test(.enabled(if: isInstalled("mkfs.xfs"))) func `what mkfs.xfs makes is recognised`() throws {
        #expect(try signature(after: "mkfs.xfs -q IMAGE", mebibytes: 512) == .filesystem(.xfs))
    }

    @Test(.enabled(if: isInstalled("mkswap"))) func `what mkswap makes is recognised`() throws {
        #expect(try signature(after: "mkswap IMAGE") == .foreign("swap"))
    }

    @Test(.enabled(if: isInstalled("sfdisk"))) func `what sfdisk makes is recognised`() throws {
        #expect(try signature(after: "echo ,, | sfdisk -q --no-reread -X dos IMAGE") == .foreign("MBR partition table"))
        #expect(try signature(after: "echo ,, | sfdisk -q --no-reread -X gpt IMAGE") == .foreign("GPT partition table"))
    }

    @Test(.enabled(if: isInstalled("mkfs.btrfs"))) func `what mkfs.btrfs makes is recognised`() throws {
        #expect(try signature(after: "mkfs.btrfs -q IMAGE", mebibytes: 256) == .filesystem(.other("btrfs")))
    }

    @Test(.enabled(if: isInstalled("cryptsetup"))) func `what cryptsetup makes is recognised`() throws {
        let line = "echo secret | cryptsetup -q luksFormat --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 IMAGE"
        #expect(try signature(after: line) == .foreign("LUKS2"))
    }

    @Test func `an empty image is blank`() throws {
        #expect(try signature(after: "true") == .blank)
    }

    @Test func `a file is no device of any number`() {
        let image = tree.image("image", mebibytes: 1)
        #expect(throws: FilesystemError.self) { _ = try BlockDevice(at: image, number: DeviceNumber(major: 254, minor: 0)).size }
        #expect(throws: FilesystemError.self) { _ = try BlockDevice(at: tree.path("none")).size }
    }
}
