// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Glibc
import Testing
import Units

@Suite struct UsageTests {
    private func device(of path: String) -> DeviceNumber {
        var status = stat()
        precondition(stat(path, &status) == 0)
        return DeviceNumber(statusField: UInt64(status.st_dev))
    }

    @Test func `usage is what df shows, in bytes`() throws {
        let tree = MadeTree()
        #expect(run("df --output=size,itotal -B1 '\(tree.root)' | tail -1 > '\(tree.root)/df'") == 0)
        let file = try #require(fopen("\(tree.root)/df", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        _ = fgets(&line, 256, file)
        let numbers = String(decoding: line.map(UInt8.init(bitPattern:)).prefix { $0 != 0 }, as: UTF8.self)
            .split(whereSeparator: \.isWhitespace).map { UInt64($0) ?? 0 }
        let reading = try FilesystemUsage.read(at: tree.path, on: device(of: tree.root))
        #expect(reading.usage.size.count == numbers[0])
        #expect(reading.usage.inodes == numbers[1])
        #expect(reading.usage.used <= reading.usage.size)
        #expect(reading.usage.available <= reading.usage.size)
        #expect(!reading.isReadOnly)
    }

    @Test func `a path on another device is told from the one that is meant`() {
        let found = device(of: "/tmp")
        let meant = DeviceNumber(major: 254, minor: 1_048_575)
        #expect(throws: FilesystemError("statfs", "/tmp", .otherDevice(expected: meant, found: found))) {
            try FilesystemUsage.read(at: "/tmp", on: meant)
        }
        let error = #expect(throws: FilesystemError.self) { _ = try OpenFilesystem(at: "/tmp", on: meant).usage() }
        #expect(error?.isGone == true)
    }

    @Test func `a path that is gone says so`() {
        let error = #expect(throws: FilesystemError.self) {
            try FilesystemUsage.read(at: "/proc/999999999/root", on: DeviceNumber(major: 0, minor: 0))
        }
        #expect(error?.isGone == true)
        #expect(error?.errno == ENOENT)
        #expect(error?.description == "cannot stat /proc/999999999/root: No such file or directory")
    }

    @Test func `a filesystem that is neither ext4 nor XFS is not grown`() throws {
        let open = try OpenFilesystem(at: "/proc", on: device(of: "/proc"))
        let error = #expect(throws: FilesystemError.self) {
            try open.grow(.xfs, to: .gibibytes(1), node: "/dev/null")
        }
        #expect(error?.errno == ENOTTY)
        let refusal = #expect(throws: FilesystemError.self) {
            try open.grow(.other("proc"), to: .gibibytes(1), node: "/dev/null")
        }
        #expect(refusal?.description.isEmpty == false)
    }

    @Test func `device numbers are taken apart as glibc does`() {
        #expect(DeviceNumber(statusField: 0xfe03) == DeviceNumber(major: 254, minor: 3))
        #expect(DeviceNumber(statusField: 0x123f_fe45) == DeviceNumber(major: 0xffe, minor: 0x12345))
        #expect(DeviceNumber(statusField: 0x1_2000_0003_4500) == DeviceNumber(major: 0x12345, minor: 0))
    }
}
