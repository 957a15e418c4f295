// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Testing
import Units

@Suite struct GeometryTests {
    private let tree = MadeTree()

    private func geometry(_ kind: FilesystemKind, after line: String, mebibytes: Int) throws -> FilesystemGeometry {
        let image = tree.image("image", mebibytes: mebibytes)
        #expect(run(line.replacing("IMAGE", with: "'\(image)'")) == 0)
        return try FilesystemGeometry.read(kind, from: BlockDevice(at: image))
    }

    @Test(.enabled(if: isInstalled("mkfs.ext4")))
    func `ext4's superblock is read as mkfs was told to write it`() throws {
        let geometry = try geometry(
            .ext4, after: "mkfs.ext4 -q -b 1024 -I 256 -i 4096 -G 32 -O 64bit,^meta_bg -E resize=16777216 IMAGE", mebibytes: 100)
        guard case .ext4(let ext4) = geometry else { return #expect(Bool(false), "not ext4") }
        #expect(ext4.blockSize == .kibibytes(1))
        #expect(ext4.blocks == 102_400)
        #expect(geometry.size == .mebibytes(100))
        #expect(ext4.blocksPerGroup == 8192)
        #expect(ext4.inodeSize == Bytes(256))
        // One inode for 4 KiB in 13 groups, in eights.
        #expect(ext4.inodesPerGroup == 1968)
        #expect(ext4.groupsPerFlex == 32)
        #expect(ext4.has64BitBlocks)
        #expect(ext4.hasSparseBackups)
        #expect(!ext4.hasMetaBlockGroups)
        // 2,048 groups of 64 bytes each need 128 blocks, one of which is there.
        #expect(ext4.reservedDescriptorBlocks == 127)
    }

    @Test(.enabled(if: isInstalled("mkfs.ext4")))
    func `features that are off are seen to be off`() throws {
        let line = "mkfs.ext4 -q -b 4096 -I 128 -O ^64bit,^flex_bg,^resize_inode,^sparse_super,meta_bg IMAGE"
        guard case .ext4(let ext4) = try geometry(.ext4, after: line, mebibytes: 300) else {
            return #expect(Bool(false), "not ext4")
        }
        #expect(ext4.blockSize == .kibibytes(4))
        #expect(ext4.inodeSize == Bytes(128))
        #expect(ext4.groupsPerFlex == 1)
        #expect(!ext4.has64BitBlocks)
        #expect(!ext4.hasSparseBackups)
        #expect(ext4.hasMetaBlockGroups)
        #expect(ext4.reservedDescriptorBlocks == 0)
    }

    @Test(.enabled(if: isInstalled("mkfs.xfs")))
    func `XFS's superblock is read as mkfs was told to write it`() throws {
        let geometry = try geometry(.xfs, after: "mkfs.xfs -q -b size=4096 -d agcount=5 IMAGE", mebibytes: 640)
        #expect(geometry == .xfs(XFSGeometry(blockSize: .kibibytes(4), blocks: 163_840, groupBlocks: 32_768, groups: 5)))
    }

    @Test(.enabled(if: isInstalled("mkfs.ext4")))
    func `a superblock with a wrong checksum is refused in words`() throws {
        let image = tree.image("image", mebibytes: 64)
        #expect(run("mkfs.ext4 -q '\(image)' && printf XX | dd of='\(image)' bs=1 seek=1144 conv=notrunc") == 0)
        let error = #expect(throws: FilesystemError.self) { try FilesystemGeometry.read(.ext4, from: BlockDevice(at: image)) }
        #expect(error?.description.contains("checksum") == true, "\(String(describing: error))")
    }

    @Test func `what is no superblock is refused in words`() {
        let image = tree.image("image", mebibytes: 1)
        for kind in [FilesystemKind.ext4, .xfs, .other("btrfs")] {
            let error = #expect(throws: FilesystemError.self) { try FilesystemGeometry.read(kind, from: BlockDevice(at: image)) }
            #expect(error?.description.hasPrefix("cannot read the superblock of \(image): ") == true)
        }
    }

    @Test func `an XFS superblock that contradicts itself is none`() {
        var bytes = [UInt8](repeating: 0, count: 512)
        func put(_ value: UInt64, _ width: Int, at offset: Int) {
            for index in 0..<width { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * (width - 1 - index))) }
        }
        bytes.replaceSubrange(0..<4, with: "XFSB".utf8)
        put(4096, 4, at: 4)
        put(1000, 8, at: 8)
        put(300, 4, at: 84)
        put(4, 4, at: 88)
        #expect(
            XFSGeometry(superblock: bytes) == XFSGeometry(blockSize: .kibibytes(4), blocks: 1000, groupBlocks: 300, groups: 4))
        put(1201, 8, at: 8)
        #expect(XFSGeometry(superblock: bytes) == nil)
        put(900, 8, at: 8)
        #expect(XFSGeometry(superblock: bytes) == nil)
        put(0, 4, at: 88)
        #expect(XFSGeometry(superblock: bytes) == nil)
        #expect(XFSGeometry(superblock: []) == nil)
    }
}
