// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing
import Units

@testable import Filesystem

@Suite struct DeviceWritersTests {
    private let tree = MadeTree()
    private let disk = DeviceNumber(major: 254, minor: 7)

    /// A process with one open file: what stands in its `fd` is the device's name here.
    private func process(_ number: String, _ command: String, fd: String = "3", on device: String, flags: String) {
        tree.write(command + "\n", to: "\(number)/comm")
        tree.write(device, to: "\(number)/fd/\(fd)")
        tree.write("pos:\t0\nflags:\t\(flags)\nmnt_id:\t24\n", to: "\(number)/fdinfo/\(fd)")
    }

    private func writers() throws -> [DeviceNumber: [String]] {
        let disk = disk
        let writers = DeviceWriters(proc: tree.path) { link in
            (try? BoundedFile.read(link, limit: 16))?.bytes == Array("disk".utf8) ? disk : nil
        }
        return try writers.writers(of: [disk])
    }

    @Test func `who has a device open for writing is named, and who reads it is not`() throws {
        process("7", "qemu-system-x86", on: "disk", flags: "02140002")
        process("8", "dd", on: "disk", flags: "0100000")
        process("9", "nbd-server", on: "other", flags: "0100002")
        process("10", "mke2fs", on: "disk", flags: "0100001")
        #expect(try writers().mapValues(Set.init) == [disk: ["qemu-system-x86 (7)", "mke2fs (10)"]])
    }

    @Test func `this process and those that have gone are left out`() throws {
        process("\(getpid())", "headroom", on: "disk", flags: "0100002")
        tree.write("gone\n", to: "11/comm")
        tree.write("disk", to: "12/fd/3")
        #expect(try writers().isEmpty)
    }

    @Test func `a file outside of every dev folder is not even asked what it is`() throws {
        let link = tree.path("link")
        #expect(symlink("/etc/passwd", "\(tree.root)/link") == 0)
        #expect(DeviceWriters.device(behind: link) == nil)
        #expect(symlink("/dev/null", "\(tree.root)/null") == 0)
        #expect(DeviceWriters.device(behind: tree.path("null")) == nil)
    }
}
