// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Testing

@Suite struct SysfsTests {
    private let tree = MadeTree()

    @Test func `mounted devices are told by minor and kind, and other names are passed over`() throws {
        for name in ["ext4/dm-3", "ext4/sda1", "ext4/features", "ext4/dm-x", "xfs/dm-12", "xfs/stats"] {
            tree.folder("fs/\(name)")
        }
        #expect(try Sysfs(root: tree.path).mounted() == [3: .ext4, 12: .xfs])
    }

    @Test func `a kernel that has mounted neither kind has none`() throws {
        #expect(try Sysfs(root: tree.path).mounted().isEmpty)
    }

    @Test func `holders are called by their device-mapper names, others by the kernel's`() throws {
        tree.folder("block/dm-3/holders/dm-9")
        tree.folder("block/dm-3/holders/md0")
        tree.write("secret volume\n", to: "block/dm-9/dm/name")
        #expect(try Sysfs(root: tree.path).holders(ofMinor: 3) == ["md0", "secret volume"])
        #expect(try Sysfs(root: tree.path).holders(ofMinor: 4) == [])
    }
}
