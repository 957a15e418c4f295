// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Glibc
import Owners
import Synchronization
import Testing
import Units

@testable import Host

@Suite("Keeping Docker's volumes")
struct KeepingTests {
    private let docker = MadeDocker()
    private let devices = FakeDevices()
    private let time = MonotonicTime.zero

    private func keeping() -> Keeping {
        Keeping(
            control: devices, books: DockerBooks(files: HostFiles(root: docker.root)),
            links: DeviceLinks(control: devices, folder: docker.root + "/"))
    }

    private func start() -> KeptVolume {
        devices.addPool("pool", minor: 0)
        docker.record(size: 1000 * 512)
        docker.container(#""Running":true"#)
        return MadeDocker.kept(docker.device, length: 1000)
    }

    @Test("a device that vanished is there again after one look, at its grown length and with its link")
    func vanished() {
        let volume = start()
        var keeping = keeping()
        let outcome = keeping.look(at: [volume], thorough: false, now: time)
        #expect(devices.live(volume.identity.name)?.description == "0 1000 thin 254:0 4")
        #expect(!outcome.isWaiting && outcome.failures.isEmpty && outcome.released.isEmpty)
        #expect(docker.link(of: volume.identity.name) == "../dm-101")
    }

    @Test("whoever finds it by its name finds its link too, not the one of its former device")
    func linkedBeforeNamed() {
        let volume = start()
        let name = volume.identity.name
        symlink("../dm-7", docker.root + "/\(name)")
        let seen = Mutex("")
        devices.state.withLock { state in
            state.whenNaming = { [docker] state in
                #expect(state.devices[name] == nil)
                seen.withLock { $0 = docker.link(of: name) }
            }
        }
        var keeping = keeping()
        _ = keeping.look(at: [volume], thorough: false, now: time)
        #expect(seen.withLock { $0 } == "../dm-101")
    }

    @Test("of a device that its owner was faster to make no link is left")
    func ownerIsFaster() {
        let volume = start()
        let name = volume.identity.name
        devices.state.withLock { state in
            state.whenNaming = { state in
                state.devices[name] = .init(
                    number: DeviceNumber(major: 254, minor: 9), openCount: 1,
                    live: Target(length: Sectors(1000), kind: "thin", words: "254:0 4"), status: "1024 4095")
                state.whenNaming = nil
            }
        }
        var keeping = keeping()
        _ = keeping.look(at: [volume], thorough: false, now: time)
        #expect(docker.link(of: name) == "")
        #expect(devices.number(name)?.minor == 9)
    }

    @Test("a device that was left without a table gets it once nobody can still be making it")
    func abandoned() {
        let volume = start()
        devices.addVolume(volume.identity.name, minor: 9, pool: 0, id: 4, uuid: volume.identity.uuid)
        devices.change(volume.identity.name) { $0.live = nil }
        var keeping = keeping()
        let outcome = keeping.look(at: [volume], thorough: true, now: time)
        #expect(outcome.isWaiting && devices.live(volume.identity.name) == nil)
        _ = keeping.look(at: [volume], thorough: false, now: time.advanced(by: LinuxLimits.making))
        #expect(devices.live(volume.identity.name)?.description == "0 1000 thin 254:0 4")
    }

    @Test("a link that goes is made again, but not after its device has gone")
    func link() {
        let volume = start()
        var keeping = keeping()
        _ = keeping.look(at: [volume], thorough: false, now: time)
        let path = docker.root + "/\(volume.identity.name)"
        var status = stat()
        unlink(path)
        keeping.links.mend(at: time)
        #expect(lstat(path, &status) == 0)
        unlink(path)
        devices.state.withLock { $0.devices[volume.identity.name] = nil }
        keeping.links.mend(at: time)
        #expect(lstat(path, &status) != 0)
        #expect(keeping.links.isEmpty)
    }

    @Test("a device that has lost its link gets it again, and a link that was made here does not outlive its device")
    func lostLink() {
        let volume = start()
        devices.addVolume(volume.identity.name, minor: 9, pool: 0, id: 4, length: 1000, uuid: volume.identity.uuid)
        var keeping = keeping()
        let path = docker.root + "/\(volume.identity.name)"
        var status = stat()
        _ = keeping.look(at: [volume], thorough: false, now: time)
        #expect(lstat(path, &status) == 0)
        devices.state.withLock { $0.devices[volume.identity.name] = nil }
        keeping.links.mend(at: time.advanced(by: LinuxLimits.linkWatchEnds))
        #expect(lstat(path, &status) != 0)
        #expect(keeping.links.isEmpty)
    }

    @Test("the small device that its owner made first is made longer")
    func small() {
        let volume = start()
        devices.addVolume(volume.identity.name, minor: 1, pool: 0, id: 4, length: 500)
        devices.change(volume.identity.name) { $0.openCount = 1 }
        var keeping = keeping()
        // It may be about to grow: that is for whoever grows it.
        #expect(keeping.look(at: [volume], thorough: true, now: time).isWaiting)
        #expect(devices.live(volume.identity.name)?.length == Sectors(500))
        devices.change(volume.identity.name) { $0.live?.length = Sectors(1000) }
        #expect(!keeping.look(at: [volume], thorough: false, now: time).isWaiting)
        devices.change(volume.identity.name) { $0.live?.length = Sectors(500) }
        _ = keeping.look(at: [volume], thorough: false, now: time)
        #expect(devices.live(volume.identity.name)?.length == Sectors(1000))
    }

    @Test("while its container is being removed nothing is made, and it is let go when the record is gone")
    func removal() {
        let volume = start()
        var keeping = keeping()
        docker.container(#""Dead":true"#)
        #expect(keeping.look(at: [volume], thorough: false, now: time).isWaiting)
        #expect(devices.live(volume.identity.name) == nil)
        docker.removeRecord()
        let outcome = keeping.look(at: [volume], thorough: false, now: time)
        #expect(outcome.released == [volume.identity])
        #expect(!outcome.isWaiting)
    }

    @Test("a device that is in the way of a deletion goes once nobody uses it")
    func inTheWay() {
        let volume = start()
        devices.addVolume(volume.identity.name, minor: 1, pool: 0, id: 4, length: 1000)
        devices.change(volume.identity.name) { $0.openCount = 1 }
        docker.record(size: 1000 * 512, isDeleted: true)
        var keeping = keeping()
        #expect(keeping.look(at: [volume], thorough: true, now: time).isWaiting)
        #expect(devices.live(volume.identity.name) != nil)
        devices.change(volume.identity.name) { $0.openCount = 0 }
        // dockerd may have activated it just now, to discard what is in it.
        #expect(keeping.look(at: [volume], thorough: true, now: time).isWaiting)
        #expect(devices.live(volume.identity.name) != nil)
        // It is known to be waiting, so this look is thorough about it by itself.
        let later = time.advanced(by: LinuxLimits.unused)
        #expect(keeping.look(at: [volume], thorough: false, now: later).released == [volume.identity])
        #expect(devices.live(volume.identity.name) == nil)
    }

    @Test("a record that lost the growth is made to tell it again, and a device that is fine costs no reading")
    func record() throws {
        let volume = start()
        devices.addVolume(volume.identity.name, minor: 1, pool: 0, id: 4, length: 1000)
        docker.record(size: 500 * 512)
        var keeping = keeping()
        _ = keeping.look(at: [volume], thorough: false, now: time)
        #expect(docker.recorded.contains("256000"))
        _ = keeping.look(at: [volume], thorough: true, now: time)
        #expect(docker.recorded.contains("512000"))
    }

    @Test("once its dockerd has ended, a device that nobody uses is let go, and none is made until dockerd is back")
    func unserved() {
        let volume = start()
        var keeping = keeping()
        docker.dockerd(runs: true)
        _ = keeping.look(at: [volume], thorough: true, now: time)
        #expect(devices.live(volume.identity.name) != nil)
        // A container that outlives its dockerd.
        devices.change(volume.identity.name) { $0.openCount = 1 }
        docker.dockerd(runs: false)
        #expect(!keeping.look(at: [volume], thorough: false, now: time).isWaiting)
        #expect(devices.live(volume.identity.name) != nil)
        devices.change(volume.identity.name) { $0.openCount = 0 }
        docker.record(size: 500 * 512)
        #expect(keeping.look(at: [volume], thorough: true, now: time).isWaiting)
        #expect(devices.live(volume.identity.name) != nil)
        let outcome = keeping.look(at: [volume], thorough: true, now: time.advanced(by: LinuxLimits.unused))
        #expect(docker.recorded.contains("512000"))
        #expect(devices.live(volume.identity.name) == nil)
        #expect(!outcome.isWaiting && outcome.failures.isEmpty && outcome.released.isEmpty)
        #expect(!keeping.look(at: [volume], thorough: true, now: time).isWaiting)
        #expect(devices.live(volume.identity.name) == nil)
        docker.dockerd(runs: true)
        _ = keeping.look(at: [volume], thorough: false, now: time)
        #expect(devices.live(volume.identity.name) != nil)
    }

    @Test("a dockerd that was never seen may be hidden, and counts as there")
    func unseen() {
        let volume = start()
        var keeping = keeping()
        docker.dockerd(runs: false)
        _ = keeping.look(at: [volume], thorough: true, now: time)
        #expect(devices.live(volume.identity.name) != nil)
    }

    @Test("without its pool a device is not missed, and is there again with it")
    func poolless() {
        let volume = start()
        devices.state.withLock { $0.devices["pool"] = nil }
        var keeping = keeping()
        let outcome = keeping.look(at: [volume], thorough: true, now: time)
        #expect(!outcome.isWaiting && outcome.failures.isEmpty)
        devices.addPool("pool", minor: 0)
        _ = keeping.look(at: [volume], thorough: false, now: time)
        #expect(devices.live(volume.identity.name)?.length == Sectors(1000))
    }

    @Test("what fails is told, and not tried again at each event")
    func failure() {
        let volume = start()
        devices.state.withLock { $0.createsThatFail = 1 }
        var keeping = keeping()
        let first = keeping.look(at: [volume], thorough: false, now: LinuxClock.now())
        #expect(first.isWaiting && first.failures[volume.identity.name] != nil)
        let second = keeping.look(at: [volume], thorough: false, now: time)
        #expect(second.isWaiting && second.failures == first.failures)
        #expect(devices.state.withLock { $0.calls.filter { $0.hasPrefix("create") }.count } == 1)
        let third = keeping.look(at: [volume], thorough: false, now: LinuxClock.now().advanced(by: .seconds(1)))
        #expect(!third.isWaiting && third.failures.isEmpty)
        #expect(devices.live(volume.identity.name) != nil)
    }
}

@Suite("The keeper's thread")
struct KeeperTests {
    private let docker = MadeDocker()
    private let devices = FakeDevices()

    private func eventually(_ condition: () -> Bool) -> Bool {
        for _ in 0..<2000 {
            if condition() { return true }
            usleep(1000)
        }
        return false
    }

    @Test("what it is given it keeps until the owner's record is gone, and tells that once")
    func whole() {
        devices.addPool("pool", minor: 0)
        docker.record(size: 1000 * 512)
        docker.container(#""Running":true"#)
        let volume = MadeDocker.kept(docker.device, length: 1000)
        let keeper = Keeper(
            control: devices, books: DockerBooks(files: HostFiles(root: docker.root)), linkFolder: docker.root + "/")
        defer { keeper.stop() }
        var plain = volume
        plain.identity.name = "plain"
        plain.owner = .plain
        keeper.keep([volume, plain])
        #expect(eventually { devices.live(volume.identity.name)?.length == Sectors(1000) })
        #expect(devices.live("plain") == nil)
        #expect(keeper.news().released.isEmpty)
        docker.removeRecord()
        // Told anew, as after a start, it looks at the record at once.
        keeper.keep([volume])
        var released: [VolumeIdentity] = []
        #expect(
            eventually {
                released += keeper.news().released
                return !released.isEmpty
            })
        #expect(released == [volume.identity])
        #expect(devices.live(volume.identity.name) == nil)
        #expect(keeper.news().released.isEmpty)
    }
}

@Suite("Links of kept volumes")
struct KeptLinkTests {
    @Test("what is taken away from the folder is told at once, and what is not there is not watched")
    func removalIsTold() {
        let docker = MadeDocker()
        let folder = docker.root + "/"
        let removals = RemovalWatch(folder)
        var status = stat()
        symlink("../dm-9", folder + "web")
        var polled = pollfd(fd: removals.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&polled, 1, 0) == 0)
        unlink(folder + "web")
        #expect(lstat(folder + "web", &status) != 0)
        #expect(poll(&polled, 1, 1000) == 1)
        removals.drain()
        #expect(poll(&polled, 1, 0) == 0)
        #expect(RemovalWatch(folder + "absent").descriptor < 0)
    }
}

/// A Docker's folders as far as its records matter here, removed at the end.
final class MadeDocker: Sendable {
    let root: String
    let device: DeviceName
    /// Where a device's link leads; "" where there is none.
    func link(of name: DeviceName) -> String {
        var target = [CChar](repeating: 0, count: 64)
        let count = readlink(root + "/\(name)", &target, target.count)
        return String(decoding: target.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private let hash = String(repeating: "a", count: 64)

    init() {
        var template = Array("/tmp/headroom-tests.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("cannot make a folder in /tmp: errno \(errno)") }
        root = String(cString: made)
        _ = system("mkdir -p \(root)/var/lib/docker/devicemapper/metadata \(root)/var/lib/docker/containers/web")
        guard let status = try? HostFiles(root: root).status(of: "/var/lib/docker/devicemapper") else {
            fatalError("no folder in \(root)")
        }
        device = DeviceName("docker-\(status.device)-\(status.inode)-\(hash)")
    }

    deinit { _ = system("rm -rf '\(root)'") }

    var recorded: String {
        String(decoding: (try? HostFiles(root: root).contents(of: path, limit: 4096)) ?? [], as: UTF8.self)
    }

    private var path: String { "/var/lib/docker/devicemapper/metadata/\(hash)" }

    func record(size: UInt64, isDeleted: Bool = false) {
        write(
            #"{"device_id":4,"size":\#(size),"transaction_id":9,"initialized":false,"deleted":\#(isDeleted)}"#, to: path)
    }

    func dockerd(runs: Bool) {
        let list = "/var/lib/docker/volumes/metadata.db"
        _ = system("mkdir -p \(root)/var/lib/docker/volumes \(root)/proc && touch \(root)\(list)")
        guard let inode = try? HostFiles(root: root).status(of: list).inode else { fatalError("no file \(root)\(list)") }
        write(runs ? "1: FLOCK  ADVISORY  WRITE 7 00:18:\(inode) 0 EOF\n" : "", to: "/proc/locks")
    }

    func removeRecord() { unlink(root + path) }

    func container(_ state: String) {
        write(#"{"State":{\#(state)},"ID":"web"}"#, to: "/var/lib/docker/containers/web/config.v2.json")
    }

    private func write(_ text: String, to path: String) {
        guard let file = fopen(root + path, "w") else { fatalError("cannot write \(root + path): errno \(errno)") }
        defer { fclose(file) }
        fputs(text, file)
    }

    static func kept(_ name: DeviceName, length: UInt64) -> KeptVolume {
        KeptVolume(
            identity: VolumeIdentity(name: name, uuid: "", poolName: "pool", thinID: 4),
            owner: .docker(DockerVolume(role: .container, hash: "aa", container: Container(id: "web"))),
            length: Sectors(length), filesystemSize: .mebibytes(0))
    }
}
