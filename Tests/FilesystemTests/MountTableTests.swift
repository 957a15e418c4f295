// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Filesystem
import Testing
import Units

@Suite struct MountTableTests {
    private func parse(_ text: String) -> [Mount] { MountTable.parse(Array(text.utf8)) }

    @Test func `a line of the kernel's documentation is read`() throws {
        let mount = try #require(parse("36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n").first)
        #expect(mount.device == DeviceNumber(major: 98, minor: 0))
        #expect(mount.root == "/mnt1")
        #expect(mount.mountPoint == "/mnt2")
        #expect(mount.kind == .other("ext3"))
        #expect(!mount.isReadOnly)
        #expect(!mount.isWhole)
    }

    @Test(arguments: ["", "shared:1 ", "shared:1 master:2 propagate_from:3 unbindable "])
    func `any number of optional fields is passed over`(fields: String) throws {
        let mount = try #require(parse("36 35 254:3 / /a rw \(fields)- xfs /dev/dm-3 rw").first)
        #expect(mount.kind == .xfs)
        #expect(mount.isWhole)
    }

    @Test func `octal escapes become bytes, and what is no escape stays`() throws {
        let line = #"1 2 254:0 /r\040t /a\011b\012c\134d\377e\999\4 rw - ext4 /dev/x rw"#
        let mount = try #require(parse(line).first)
        #expect(mount.root == "/r t")
        #expect(mount.mountPoint.bytes == Array("/a\tb\nc\\d".utf8) + [0xff] + Array(#"e\999\4"#.utf8))
        #expect(mount.mountPoint.description.hasSuffix(#"d\x{ff}e\999\4"#))
    }

    @Test func `a read-only mount and a read-only filesystem are both read-only, and other options with ro in them are not`() {
        #expect(parse("1 2 254:0 / /a ro,noatime - ext4 /dev/x rw")[0].isReadOnly)
        #expect(parse("1 2 254:0 / /a rw,noatime - ext4 /dev/x ro,errors=remount-ro")[0].isReadOnly)
        #expect(!parse("1 2 254:0 / /a rw,noatime - ext4 /dev/x rw,errors=remount-ro")[0].isReadOnly)
    }

    @Test func `only the devices asked for are kept`() {
        let text =
            "1 2 254:0 / /a rw - ext4 /dev/x rw\n1 2 254:1 / /b rw - ext4 /dev/y rw\n1 2 0:5 / /dev rw - devtmpfs udev rw\n"
        let kept = MountTable.parse(Array(text.utf8), of: [DeviceNumber(major: 254, minor: 1)])
        #expect(kept.map(\.mountPoint) == ["/b"])
    }

    @Test(arguments: [
        "", "\n\n\n", "1", "1 2", "1 2 254:0", "1 2 254:0 / /a rw", "1 2 254:0 / /a rw -", "1 2 254:0 / /a rw - ext4",
        "1 2 254:0 / /a rw - ext4 /dev/x", "1 2 254 / /a rw - ext4 x rw", "1 2 :0 / /a rw - ext4 x rw",
        "1 2 4294967296:0 / /a rw - e x rw",
        "1 2 254:-1 / /a rw - ext4 x rw", "1 2 99999999999:0 / /a rw - ext4 x rw",
    ])
    func `a line that is none is left out`(line: String) { #expect(parse(line).isEmpty) }

    @Test func `no bytes make the parser fail`() {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        var generator = SplitMix64(seed: seed)
        let good = Array(#"36 35 254:0 / /a\040b rw,noatime shared:1 - ext4 /dev/x rw"#.utf8)
        for _ in 0..<3000 {
            var line = good
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let place = Int.random(in: 0..<line.count, using: &generator)
                if Bool.random(using: &generator) {
                    line[place] = UInt8.random(in: .min ... .max, using: &generator)
                } else {
                    line.remove(at: place)
                }
            }
            // One line in, at most as many mounts as it has lines now.
            let lines = line.split(separator: UInt8(ascii: "\n")).count
            #expect(MountTable.parse(line).count <= lines, "seed \(seed)")
        }
    }
}
