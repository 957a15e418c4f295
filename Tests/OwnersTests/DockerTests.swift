// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Testing
import Units

@Suite struct DockerTests {
    private let host = MadeHost()
    private let data = "/var/lib/docker"
    private let id = String(repeating: "c", count: 64)
    private let hash = String(repeating: "a", count: 64)

    private func volume(_ suffix: String, of data: String? = nil, mountPoints: [String] = []) -> VolumeSighting {
        let prefix = host.dockerPrefix(of: data ?? self.data)
        return VolumeSighting(
            name: DeviceName("\(prefix)-\(suffix)"), uuid: "", poolName: DeviceName("\(prefix)-pool"), mountPoints: mountPoints)
    }

    /// As Docker records a container.
    private func container(_ id: String, hash: String, name: String = "/web", in data: String? = nil) {
        let data = data ?? self.data
        let mounts = "\(data)/image/devicemapper/layerdb/mounts/\(id)"
        host.write(hash, to: mounts + "/mount-id")
        host.write(hash + "-init", to: mounts + "/init-id")
        host.write("sha256:0", to: mounts + "/parent")
        host.write(
            #"{"StreamConfig":{},"ID":"\#(id)","Config":{"Image":"nginx:1","Labels":{"tier":"db"},"Env":["A=b"]},"Name":"\#(name)"}"#,
            to: "\(data)/containers/\(id)/config.v2.json")
    }

    private func look(_ directory: OwnerDirectory, _ volume: VolumeSighting) -> DockerVolume? {
        guard case .docker(let found) = directory.identify(volumes: [volume], pools: []).owner(of: volume.name) else {
            return nil
        }
        return found
    }

    @Test func `a container's own volume is told by the layer record, with its name, image and labels`() {
        container(id, hash: hash)
        let found = look(OwnerDirectory(files: host), volume(hash))
        let expected = Container(id: id, name: "web", image: "nginx:1", labels: ["tier": "db"])
        #expect(found == DockerVolume(role: .container, hash: hash, container: expected))
    }

    @Test func `init volumes, the base, layers and volumes without any record are never a container's own`() {
        container(id, hash: hash)
        let layer = String(repeating: "b", count: 64)
        host.write("{}", to: data + "/devicemapper/metadata/" + layer)
        let directory = OwnerDirectory(files: host)
        #expect(look(directory, volume(hash + "-init"))?.role == .containerInit)
        #expect(look(directory, volume("base"))?.role == .base)
        #expect(look(directory, volume(layer))?.role == .layer)
        #expect(look(directory, volume(String(repeating: "d", count: 64)))?.role == .unknown)
        #expect(look(directory, volume("feed-init"))?.role == .containerInit)
        for suffix in [hash + "-init", "base", layer, "none"] {
            #expect(directory.identify(volumes: [volume(suffix)], pools: []).owner(of: volume(suffix).name).isParent)
        }
    }

    @Test func `without a data root every volume is unknown, and a complaint says so`() {
        let volume = VolumeSighting(name: DeviceName("docker-8:1-99-\(hash)"), uuid: "", poolName: "docker-8:1-99-pool")
        let ownership = OwnerDirectory(files: host).identify(volumes: [volume], pools: [])
        #expect(ownership.owner(of: volume.name) == .docker(DockerVolume(role: .unknown, hash: hash)))
        #expect(ownership.complaints.map(\.owner) == ["docker"])
        #expect(ownership.complaints.first?.text.contains("docker-8:1-99") == true)
    }

    @Test func `the data root is found by a mount point`() {
        container(id, hash: hash, in: "/srv/d")
        let volume = volume(hash, of: "/srv/d", mountPoints: ["/", "/srv/d/devicemapper/mnt/\(hash)"])
        #expect(look(OwnerDirectory(files: host), volume)?.container?.name == "web")
    }

    @Test(arguments: ["--data-root\0/srv/d\0", "--data-root=/srv/d\0", "-g\0/srv/d\0", "--graph=/srv/d\0"])
    func `the data root is found by a daemon's command line`(option: String) {
        container(id, hash: hash, in: "/srv/d")
        host.write("/usr/bin/sleep\01\0", to: "/proc/7/cmdline")
        host.write("/usr/bin/dockerd\0-H\0fd://\0" + option, to: "/proc/12/cmdline")
        #expect(look(OwnerDirectory(files: host), volume(hash, of: "/srv/d"))?.container?.name == "web")
    }

    @Test func `the data root is found by a daemon's configuration, through its own root folder and with user namespaces`() {
        let inner = "/proc/12/root/srv/d/100000.100000"
        host.write("dockerd\0", to: "/proc/12/cmdline")
        host.write(
            #"{"data-root": "/srv/d", "storage-opts": ["dm.fs=xfs", "dm.min_free_space=7%"]}"#,
            to: "/proc/12/root/etc/docker/daemon.json")
        container(id, hash: hash, in: inner)
        let volume = volume(hash, of: inner)
        let pool = PoolSighting(name: volume.poolName, uuid: "")
        let ownership = OwnerDirectory(files: host).identify(volumes: [volume], pools: [pool])
        #expect(ownership.owner(of: volume.name).container?.name == "web")
        #expect(ownership.keeper(of: pool.name) == .docker(minimumFree: .percent(7)))
    }

    @Test func `the minimum of free space is the command line's, or Docker's own`() {
        container(id, hash: hash)
        let volume = volume(hash)
        let pool = PoolSighting(name: volume.poolName, uuid: "")
        #expect(
            OwnerDirectory(files: host).identify(volumes: [volume], pools: [pool]).keeper(of: pool.name)
                == .docker(minimumFree: .percent(10)))
        host.write("/usr/bin/dockerd\0--storage-opt\0dm.min_free_space=25%\0--storage-opt=dm.fs=ext4\0", to: "/proc/12/cmdline")
        #expect(
            OwnerDirectory(files: host).identify(volumes: [volume], pools: [pool]).keeper(of: pool.name)
                == .docker(minimumFree: .percent(25)))
    }

    @Test func `a pool that Docker was given is Docker's by the volumes on it`() {
        container(id, hash: hash)
        var volume = volume(hash)
        volume.poolName = "docker-thinpool"
        let pool = PoolSighting(name: "docker-thinpool", uuid: "LVM-" + String(repeating: "x", count: 64))
        let directory = OwnerDirectory(files: host)
        #expect(directory.identify(volumes: [volume], pools: [pool]).keeper(of: pool.name) == .docker(minimumFree: .percent(10)))
        #expect(
            directory.identify(volumes: [], pools: [pool]).keeper(of: pool.name) == .lvm(volumeGroup: "docker", name: "thinpool"))
    }

    @Test func `a volume that was there before its record becomes the container's when the record comes`() {
        let directory = OwnerDirectory(files: host)
        host.folder(data + "/image/devicemapper/layerdb/mounts")
        #expect(look(directory, volume(hash))?.role == .unknown)
        // Docker makes the folder before its files.
        host.folder(data + "/image/devicemapper/layerdb/mounts/" + id)
        #expect(look(directory, volume(hash))?.role == .unknown)
        container(id, hash: hash)
        #expect(look(directory, volume(hash))?.role == .container)
    }

    @Test func `a container that was removed leaves no claim on its hash`() {
        container(id, hash: hash)
        let directory = OwnerDirectory(files: host)
        #expect(look(directory, volume(hash))?.role == .container)
        host.remove(data + "/image/devicemapper/layerdb/mounts/" + id)
        #expect(look(directory, volume(hash))?.role == .unknown)
        let other = String(repeating: "e", count: 64)
        container(other, hash: hash, name: "/next")
        #expect(look(directory, volume(hash))?.container?.id == other)
    }

    @Test func `a layer record without a container, as BuildKit keeps, makes no volume a container's own`() {
        container(id, hash: hash)
        host.remove("\(data)/containers/\(id)")
        #expect(look(OwnerDirectory(files: host), volume(hash))?.role == .unknown)
    }

    @Test func `a container that is renamed is called by its new name`() {
        container(id, hash: hash)
        let directory = OwnerDirectory(files: host)
        #expect(look(directory, volume(hash))?.container?.name == "web")
        container(id, hash: hash, name: "/renamed")
        #expect(look(directory, volume(hash))?.container?.name == "renamed")
    }

    @Test func `idle containers are not read again`() {
        for index in 0..<200 { container("id\(index)", hash: "hash\(index)") }
        host.age(data + "/image/devicemapper/layerdb/mounts")
        let volumes = (0..<200).map { volume("hash\($0)") }
        let directory = OwnerDirectory(files: host)
        _ = directory.identify(volumes: volumes, pools: [])
        let before = host.reads.count
        let ownership = directory.identify(volumes: volumes, pools: [])
        #expect(host.reads.count == before)
        #expect(ownership.owner(of: volumes[199].name).container?.id == "id199")
    }

    @Test(arguments: [
        "", "{", "[]", "nonsense", #"{"Name": 5}"#, #"{"Name": null, "Config": {"Labels": {"a": 5}}}"#,
        String(repeating: "[", count: 100_000),
    ])
    func `a configuration that is not what it should be is a complaint, and the container still known by its id`(text: String) {
        container(id, hash: hash)
        host.write(text, to: "\(data)/containers/\(id)/config.v2.json")
        let ownership = OwnerDirectory(files: host).identify(volumes: [volume(hash)], pools: [])
        #expect(ownership.owner(of: volume(hash).name).container == Container(id: id))
        #expect(ownership.complaints.map(\.kind) == ["unparsable"])
        #expect(ownership.complaints.first?.text.contains("config.v2.json") == true)
    }

    @Test func `a configuration of more bytes than any has is a complaint, not read`() {
        container(id, hash: hash)
        host.write(String(repeating: " ", count: (8 << 20) + 1), to: "\(data)/containers/\(id)/config.v2.json")
        let ownership = OwnerDirectory(files: host).identify(volumes: [volume(hash)], pools: [])
        #expect(ownership.complaints.map(\.kind) == ["unparsable"])
        #expect(ownership.owner(of: volume(hash).name).container == Container(id: id))
    }

    @Test func `labels beyond all bounds are left out`() {
        container(id, hash: hash)
        let many = (0..<1000).map { #""l\#($0)": "v""# }.joined(separator: ",")
        let long = String(repeating: "x", count: 10_000)
        host.write(
            #"{"Name":"/a","Config":{"Labels":{"huge":"\#(long)",\#(many)}}}"#, to: "\(data)/containers/\(id)/config.v2.json")
        let labels = look(OwnerDirectory(files: host), volume(hash))?.container?.labels
        #expect(labels?.count == 256)
        #expect(labels?["huge"] == nil)
    }

    @Test(arguments: [
        "docker-", "docker-8:1", "docker-8:1-5", "docker-8:1-5-", "docker-8-5-abc", "docker-8:x-5-abc", "docker-8:1-x-abc",
        "xdocker-8:1-5-abc",
        "docker-8:1-99999999999999999999999-abc",
    ])
    func `a name that only looks like Docker's is plain`(name: String) {
        let volume = VolumeSighting(name: DeviceName(name), uuid: "", poolName: "p")
        #expect(OwnerDirectory(files: host).identify(volumes: [volume], pools: []).owner(of: volume.name) == .plain)
    }

    @Test func `two Dockers on one host are kept apart`() {
        container(id, hash: hash, name: "/one", in: "/srv/one")
        container(id, hash: hash, name: "/two", in: "/srv/two")
        host.write("dockerd\0--data-root=/srv/one\0--storage-opt\0dm.min_free_space=1%\0", to: "/proc/1/cmdline")
        host.write("dockerd\0--data-root=/srv/two\0--storage-opt\0dm.min_free_space=2%\0", to: "/proc/2/cmdline")
        let volumes = [volume(hash, of: "/srv/one"), volume(hash, of: "/srv/two")]
        let pools = volumes.map { PoolSighting(name: $0.poolName, uuid: "") }
        let ownership = OwnerDirectory(files: host).identify(volumes: volumes, pools: pools)
        #expect(volumes.map { ownership.owner(of: $0.name).container?.name } == ["one", "two"])
        #expect(
            pools.map { ownership.keeper(of: $0.name) } == [.docker(minimumFree: .percent(1)), .docker(minimumFree: .percent(2))])
    }
}
