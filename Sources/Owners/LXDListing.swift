// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import HTTPClient
import Units

/// How a daemon is asked: on a socket, for so long at most. Blocks.
typealias LXDAsking = @Sendable (_ socketPath: String, ClientRequest, _ timeout: Duration) throws(ClientError) -> ClientAnswer

/// The volumes of instances that one daemon has on LVM.
struct LXDListing: Sendable, Equatable {
    private(set) var volumes: [LogicalVolume: LXDVolume] = [:]

    /// Asks for instances and storage pools. Several questions, each of them for so long at most.
    init(socketPath: String, within timeout: Duration, ask: LXDAsking) throws(LXDError) {
        func get<Metadata: Decodable>(_ path: String, _ type: Metadata.Type) throws(LXDError) -> Metadata {
            let answer: ClientAnswer
            do throws(ClientError) { answer = try ask(socketPath, ClientRequest(.get, path), timeout) } catch {
                throw .http(error)
            }
            return try LXDAnswers.decode(type, from: answer)
        }
        let environment = try get("/1.0", LXDAnswers.Server.self).environment
        var pools = try get("/1.0/storage-pools?recursion=1", [LXDAnswers.StoragePool].self)
        let member = environment?.isClustered == true ? environment?.name : nil
        if let member {
            // Each member has a volume group of its own, which only a question about that member tells.
            for place in pools.indices where pools[place].driver == "lvm" {
                let path = "/1.0/storage-pools/\(pools[place].name.urlEncoded)?target=\(member.urlEncoded)"
                pools[place] = try get(path, LXDAnswers.StoragePool.self)
            }
        }
        let instances = try get("/1.0/instances?recursion=1&all-projects=true", [LXDAnswers.Instance].self)
        self.init(
            daemon: environment?.server.flatMap(LXDVolume.Daemon.init) ?? .lxd, socketPath: socketPath, member: member,
            pools: pools, instances: instances)
    }

    /// `member`: the daemon's own name in its cluster; others' instances are not on this machine.
    init(
        daemon: LXDVolume.Daemon, socketPath: String, member: String?, pools: [LXDAnswers.StoragePool],
        instances: [LXDAnswers.Instance]
    ) {
        let groups = Dictionary(
            pools.compactMap { pool in pool.volumeGroup.map { (pool.name, $0) } }, uniquingKeysWith: { first, _ in first })
        for instance in instances where member == nil || instance.location == member {
            guard let root = instance.root, let pool = root.settings["pool"], let group = groups[pool] else { continue }
            let isContainer = (instance.type ?? "container") == "container"
            let disk = LXDVolume.RootDisk(
                device: root.device, isOwn: instance.devices?[root.device] != nil,
                size: root.settings["size"].flatMap(LXDSize.parse))
            for role in isContainer ? [LXDVolume.Role.container] : [.virtualMachine, .virtualMachineState] {
                let project = instance.project ?? LXDVolume.standardProject
                let volume = LogicalVolume(ofInstance: instance.name, project: project, role: role, volumeGroup: group)
                volumes[volume] = LXDVolume(
                    daemon: daemon, socketPath: socketPath, role: role, instance: instance.name, project: project,
                    storagePool: pool, root: disk, volume: volume,
                    container: Container(instance: instance, project: project))
            }
        }
    }

    /// The same, of a daemon that does not answer any longer.
    var silenced: LXDListing {
        var silenced = self
        for key in volumes.keys { silenced.volumes[key]?.isAnswering = false }
        return silenced
    }

    /// A size that was recorded a moment ago.
    mutating func note(_ size: Bytes, of volume: LogicalVolume) {
        volumes[volume]?.root.size = size
        volumes[volume]?.root.isOwn = true
    }
}

extension Container {
    /// Labels are the instance's `user.*` and `image.*` keys, its profiles' among them, and `project`.
    fileprivate init(instance: LXDAnswers.Instance, project: String) {
        let config = instance.expandedConfig ?? [:]
        // What a machine is set up with at its first boot may hold secrets.
        let secrets: Set = ["user.user-data", "user.vendor-data", "user.meta-data", "user.network-config"]
        var labels = config.filter { key, _ in
            (key.hasPrefix("user.") || key.hasPrefix("image.")) && !secrets.contains(key)
        }
        labels["project"] = project
        let parts = [config["image.os"], config["image.release"]].compactMap { $0?.lowercased() }
        self.init(
            id: instance.name, name: instance.name,
            image: parts.count == 2 ? parts.joined(separator: "/") : config["image.description"], namespace: project,
            labels: Labels.bounded(labels))
    }
}

extension String {
    /// As a part of a URL's path, or a value in its query.
    var urlEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
