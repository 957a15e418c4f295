// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Glibc
import Synchronization
import Testing
import Units

@testable import Host

/// A procfs and a sysfs in a folder.
private final class FakeTrees {
    let root: String

    init() {
        root = "/tmp/headroom-mounts-\(getpid())-\(UInt64.random(in: 0 ... .max))"
        mkdir(root, 0o755)
        for folder in ["sys", "sys/fs", "sys/fs/ext4", "sys/fs/xfs", "proc"] { mkdir(root + "/" + folder, 0o755) }
        process("self", mounts: "")
    }

    deinit { _ = remove(root) }

    private func remove(_ path: String) -> Int32 {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != "." && name != ".." { _ = remove(path + "/" + name) }
            }
            closedir(folder)
            return rmdir(path)
        }
        return unlink(path)
    }

    func process(_ name: String, mounts: String) {
        mkdir("\(root)/proc/\(name)", 0o755)
        mkdir("\(root)/proc/\(name)/ns", 0o755)
        write("\(root)/proc/\(name)/ns/mnt", "")
        write("\(root)/proc/\(name)/mountinfo", mounts)
    }

    func mount(_ minor: UInt32, isMounted: Bool = true) {
        let path = "\(root)/sys/fs/ext4/dm-\(minor)"
        if isMounted { mkdir(path, 0o755) } else { rmdir(path) }
    }

    private func write(_ path: String, _ text: String) {
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    func finder(now: @escaping @Sendable () -> MonotonicTime = { .zero }) -> MountFinder {
        // A plain file never says that it has changed.
        MountFinder(
            sysfs: Sysfs(root: Path(root + "/sys")), namespaces: MountNamespaces(proc: Path(root + "/proc")),
            own: OwnMountTable(path: root + "/proc/self/ns"), now: now)
    }

    static func line(_ minor: UInt32, at point: String) -> String {
        "36 35 254:\(minor) / \(point) rw - ext4 /dev/dm-\(minor) rw\n"
    }
}

@Suite("Where volumes are mounted", .timeLimit(.minutes(1)))
struct MountFinderTests {
    private func volume(_ name: DeviceName, minor: UInt32, id: UInt32) -> VolumeReading {
        VolumeReading(
            device: DeviceFact(name: name, number: DeviceNumber(major: 254, minor: minor)),
            table: ThinTable(length: Sectors(8), pool: DeviceNumber(major: 254, minor: 0), thinID: id), status: .unknown(""))
    }

    private func point(_ found: MountsFound, _ minor: UInt32) -> String? {
        found.devices[DeviceNumber(major: 254, minor: minor)].map { "\($0.mountPoint)" }
    }

    @Test("a mount in another namespace is found, and only volumes are told of")
    func otherNamespace() async {
        let trees = FakeTrees()
        trees.mount(1)
        trees.mount(9)
        trees.process("77", mounts: FakeTrees.line(1, at: "/private") + FakeTrees.line(9, at: "/system"))
        let found = await trees.finder().look(for: [volume("a", minor: 1, id: 1)], all: true)
        #expect(point(found, 1) == "/private")
        #expect(point(found, 9) == nil)
        #expect(found.devices.values.first?.ways == [Path(trees.root + "/proc/77/root/private")])
    }

    @Test("nothing is scanned again while nothing has changed, and everything is when a mount came")
    func scansOnChange() async {
        let trees = FakeTrees()
        let finder = trees.finder()
        trees.mount(1)
        trees.process("self", mounts: FakeTrees.line(1, at: "/one"))
        let volumes = [volume("a", minor: 1, id: 1), volume("b", minor: 2, id: 2)]
        #expect(point(await finder.look(for: volumes, all: true), 1) == "/one")
        trees.process("self", mounts: FakeTrees.line(1, at: "/moved") + FakeTrees.line(2, at: "/two"))
        #expect(point(await finder.look(for: volumes, all: true), 1) == "/one")
        trees.mount(2)
        let found = await finder.look(for: volumes, all: true)
        #expect(point(found, 1) == "/moved")
        #expect(point(found, 2) == "/two")
        trees.mount(2, isMounted: false)
        #expect(point(await finder.look(for: volumes, all: true), 2) == nil)
    }

    @Test("a device number that another volume has now is looked for anew")
    func numberUsedAgain() async {
        let trees = FakeTrees()
        let finder = trees.finder()
        trees.mount(1)
        trees.process("self", mounts: FakeTrees.line(1, at: "/first"))
        _ = await finder.look(for: [volume("a", minor: 1, id: 1)], all: true)
        #expect(finder.remembered([volume("a", minor: 1, id: 1)]) != nil)
        #expect(finder.remembered([volume("a", minor: 1, id: 2)]) == nil)
        trees.process("self", mounts: FakeTrees.line(1, at: "/second"))
        #expect(point(await finder.look(for: [volume("a", minor: 1, id: 2)], all: true), 1) == "/second")
    }

    @Test("a way that led nowhere makes it look again")
    func again() async {
        let trees = FakeTrees()
        let finder = trees.finder()
        trees.mount(1)
        trees.process("self", mounts: FakeTrees.line(1, at: "/old"))
        let volumes = [volume("a", minor: 1, id: 1)]
        _ = await finder.look(for: volumes, all: true)
        trees.process("self", mounts: FakeTrees.line(1, at: "/new"))
        #expect(point(await finder.look(for: volumes, all: false, again: true), 1) == "/new")
    }

    @Test("a look at one volume keeps what is known of the others")
    func subset() async {
        let trees = FakeTrees()
        let finder = trees.finder()
        trees.mount(1)
        trees.process("self", mounts: FakeTrees.line(1, at: "/one"))
        _ = await finder.look(for: [volume("a", minor: 1, id: 1)], all: true)
        trees.mount(2)
        trees.process("self", mounts: FakeTrees.line(1, at: "/one") + FakeTrees.line(2, at: "/two"))
        let found = await finder.look(for: [volume("b", minor: 2, id: 2)], all: false)
        #expect(point(found, 1) == "/one")
        #expect(point(found, 2) == "/two")
    }

    @Test("mounted, but where no process leads to: known as such")
    func hidden() async {
        let trees = FakeTrees()
        trees.mount(1)
        let found = await trees.finder().look(for: [volume("a", minor: 1, id: 1)], all: true)
        #expect(found.devices.isEmpty)
        #expect(found.kinds == [DeviceNumber(major: 254, minor: 1): .ext4])
    }

    @Test("a hidden one is found once a process has entered its namespace, and not looked for all the time")
    func entered() async {
        let trees = FakeTrees()
        let seconds = Atomic<UInt64>(1)
        let finder = trees.finder { MonotonicTime(nanoseconds: seconds.load(ordering: .relaxed) * 1_000_000_000) }
        trees.mount(1)
        let volumes = [volume("a", minor: 1, id: 1)]
        #expect(point(await finder.look(for: volumes, all: true), 1) == nil)
        trees.process("77", mounts: FakeTrees.line(1, at: "/private"))
        #expect(point(await finder.look(for: volumes, all: true), 1) == nil)
        seconds.store(60, ordering: .relaxed)
        #expect(point(await finder.look(for: volumes, all: true), 1) == "/private")
    }
}
