// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Glibc
import Testing
import Units

@Suite struct MountNamespacesTests {
    private let tree = MadeTree()
    private let device = DeviceNumber(major: 254, minor: 7)

    /// A process of a made /proc: files with the same inode stand for one namespace.
    private func process(_ name: String, namespace: String, mounts: String?) {
        tree.link("\(name)/ns/mnt", to: namespace)
        if let mounts { tree.write(mounts, to: "\(name)/mountinfo") }
    }

    private func scan() -> MountScan { MountNamespaces(proc: tree.path).scan(for: [device]) }

    init() {
        tree.write("", to: "host")
        tree.write("", to: "container")
        tree.write("", to: "other")
    }

    @Test func `a mount of the own namespace is reached by its own path`() throws {
        process("self", namespace: "host", mounts: "1 2 254:7 / /data rw - ext4 /dev/x rw\n")
        process("12", namespace: "host", mounts: nil)
        let scan = scan()
        #expect(scan.devices[device]?.ways == ["/data"])
        #expect(scan.devices[device]?.mountPoint == "/data")
        #expect(scan.namespaces == 1)
        #expect(scan.complaints.isEmpty)
    }

    @Test func `a mount of another namespace is reached through one of its processes`() throws {
        process("self", namespace: "host", mounts: "1 2 8:1 / / rw - ext4 /dev/sda1 rw\n")
        process("7", namespace: "container", mounts: "1 2 254:7 / /a\\040b rw - xfs /dev/x rw\n")
        process("9", namespace: "container", mounts: "1 2 254:7 / /never rw - xfs /dev/x rw\n")
        let found = try #require(scan().devices[device])
        #expect(found.kind == .xfs)
        #expect(found.mountPoint == "/a b")
        #expect(found.ways == [tree.path("7/root/a b")])
    }

    @Test func `the writable whole in the own namespace comes first, and every mount point is kept once`() throws {
        process(
            "self", namespace: "host", mounts: "1 2 254:7 /rootfs /sub rw - ext4 /dev/x rw\n1 2 254:7 / /ro ro - ext4 /dev/x rw\n"
        )
        process("7", namespace: "container", mounts: "1 2 254:7 /rootfs / rw - ext4 /dev/x rw\n")
        process("8", namespace: "other", mounts: "1 2 254:7 / /whole rw - ext4 /dev/x rw\n1 2 254:7 / /ro ro - ext4 /dev/x rw\n")
        let found = try #require(scan().devices[device])
        #expect(found.ways == [tree.path("8/root/whole"), "/sub", tree.path("7/root/"), "/ro"])
        #expect(!found.isReadOnly)
        #expect(found.mountPoints == ["/whole", "/sub", "/", "/ro"])
    }

    @Test func `a mount that another covers is not a way`() throws {
        process("self", namespace: "host", mounts: "1 2 254:7 / /a rw - ext4 /dev/x rw\n1 2 8:2 / /a rw - ext4 /dev/y rw\n")
        let other = DeviceNumber(major: 8, minor: 2)
        let scan = MountNamespaces(proc: tree.path).scan(for: [device, other])
        #expect(scan.devices[other]?.ways == ["/a"])
        #expect(scan.devices[device] == nil)
    }

    @Test func `a process that has gone leaves its namespace to the next, and is no complaint`() throws {
        process("self", namespace: "host", mounts: "")
        process("7", namespace: "container", mounts: nil)
        process("9", namespace: "container", mounts: "1 2 254:7 / /a rw - ext4 /dev/x rw\n")
        let scan = scan()
        #expect(scan.devices[device]?.ways == [tree.path("9/root/a")])
        #expect(scan.complaints.isEmpty)
    }

    @Test func `a mount that one process's root hides is found through another of the same namespace`() throws {
        process("self", namespace: "host", mounts: "")
        process("7", namespace: "container", mounts: "1 2 8:1 / / rw - ext4 /dev/y rw\n")
        process("9", namespace: "container", mounts: "1 2 254:7 / /a rw - ext4 /dev/x rw\n")
        #expect(scan().devices[device]?.ways == [tree.path("9/root/a")])
    }

    @Test func `the root of this very process is found, and statfs answers for it`() throws {
        var status = stat()
        #expect(stat("/proc", &status) == 0)
        let device = DeviceNumber(statusField: UInt64(status.st_dev))
        let found = try #require(MountNamespaces().scan(for: [device]).devices[device])
        #expect(found.kind == .other("proc"))
        #expect(found.ways.contains("/proc"))
    }
}
