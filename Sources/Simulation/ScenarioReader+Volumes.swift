// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Owners
import Units
import YAML

extension ScenarioReader {
    private static let volumeKeys = [
        "name", "pool", "count", "owner", "role", "container", "tags", "size", "device", "filesystem", "content", "used",
        "mounted",
        "read_only", "mount_point", "reuses_freed_space", "appears", "vanishes", "writers",
    ]

    mutating func readVolume(_ node: YAMLNode) throws(Misreading) {
        let fields = try Fields(node, of: "a volume", keys: ScenarioReader.volumeKeys)
        let poolName = try fields.required("pool", try fields.text("pool"))
        guard let pool = scenario.pools.first(where: { $0.name == DeviceName(poolName) }) else {
            throw Misreading(at: fields["pool"]?.mark ?? node.mark, "no pool is called `\(poolName)`")
        }
        let count = try fields.whole("count") ?? 1
        guard (1...UInt64(Scenario.Limits.volumes)).contains(count) else {
            throw Misreading(at: fields["count"]?.mark ?? node.mark, "`count` is from 1 to \(Scenario.Limits.volumes)")
        }
        guard scenario.volumes.count + Int(count) <= Scenario.Limits.volumes else {
            throw Misreading(at: node.mark, "with these there are more than \(Scenario.Limits.volumes) volumes: simulate fewer")
        }
        let content = try readContent(fields)
        let size = try fields.required("size", try fields.size("size"))
        for number in 1...count {
            let (owner, name) = try readOwner(fields, pool: pool, number: count > 1 ? number : nil)
            var volume = Scenario.Volume(name: name, pool: pool.name, size: size)
            volume.owner = owner
            volume.tags = try tags(fields)
            volume.device = try fields.size("device") ?? size
            volume.content = content
            volume.appears = try fields.duration("appears")
            volume.vanishes = try fields.duration("vanishes")
            for writer in try fields.list("writers") { volume.writers.append(try readWriter(writer)) }
            scenario.volumes.append(volume)
            volumeMarks.append(node.mark)
        }
    }

    private func readContent(_ fields: Fields) throws(Misreading) -> Scenario.Content {
        switch try fields.text("content") {
        case nil: break
        case "blank"?: return .blank(isOpen: false)
        case "virtual machine"?: return .blank(isOpen: true)
        case let signature?: return .foreign(signature: signature)
        }
        let kind = FilesystemKind(name: try fields.word("filesystem", of: ["ext4", "xfs"]) ?? "ext4")
        var filesystem = Scenario.Filesystem(kind: kind, size: try fields.required("size", try fields.size("size")))
        filesystem.used = try fields.size("used") ?? filesystem.used
        filesystem.isMounted = try fields.flag("mounted") ?? filesystem.isMounted
        filesystem.isReadOnly = try fields.flag("read_only") ?? filesystem.isReadOnly
        filesystem.mountPoint = try fields.text("mount_point")
        filesystem.reusesFreedSpace = try fields.flag("reuses_freed_space") ?? filesystem.reusesFreedSpace
        return .filesystem(filesystem)
    }

    private func readWriter(_ node: YAMLNode) throws(Misreading) -> Scenario.Writer {
        let fields = try Fields(
            node, of: "a writer", keys: ["rate", "starts", "stops", "amount", "burst", "deletes", "retries"])
        var writer = Scenario.Writer(rate: try fields.required("rate", try fields.rate("rate")))
        writer.starts = try fields.duration("starts") ?? writer.starts
        writer.stops = try fields.duration("stops")
        writer.amount = try fields.size("amount")
        writer.retries = try fields.duration("retries")
        if let node = fields["burst"] {
            let fields = try Fields(node, of: "a burst", keys: ["amount", "every"])
            writer.burst = Scenario.Burst(
                amount: try fields.required("amount", try fields.size("amount")),
                every: try fields.required("every", try fields.duration("every")))
        }
        if let node = fields["deletes"] {
            let fields = try Fields(node, of: "`deletes`", keys: ["share", "every"])
            writer.deletes = Scenario.Deletion(
                share: try fields.required("share", try fields.share("share")),
                every: try fields.required("every", try fields.duration("every")))
        }
        return writer
    }

    // MARK: Owners

    /// The owner and the device's name, which for containers may be left to the owner's way of naming.
    private mutating func readOwner(
        _ fields: Fields, pool: Scenario.Pool, number: UInt64?
    ) throws(Misreading) -> (Owner, DeviceName) {
        let suffix = number.map { "-\($0)" } ?? ""
        let given = try fields.text("name").map { DeviceName($0 + suffix) }
        let container = try readContainer(fields, suffix: suffix)
        switch try fields.word("owner", of: ["docker", "containerd", "lvm", "lxd", "plain"]) ?? pool.owner.name {
        case "docker":
            let hash = generator.hexadecimal(digits: 64)
            let role = try fields.word("role", of: ["container", "layer", "base"]).flatMap(DockerVolume.Role.init) ?? .container
            let prefix = pool.name.description.hasSuffix("pool") ? "\(pool.name)".dropLast(4) : "\(pool.name)-"
            return (
                .docker(DockerVolume(role: role, hash: hash, container: role == .container ? container : nil)),
                given ?? DeviceName(prefix + hash)
            )
        case "containerd":
            snapshots[pool.name, default: 0] += 1
            let snapshot = snapshots[pool.name, default: 0]
            let role = try fields.word("role", of: ["container", "snapshot"]).flatMap(ContainerdSnapshot.Role.init) ?? .container
            return (
                .containerd(ContainerdSnapshot(role: role, number: snapshot, container: role == .container ? container : nil)),
                given ?? DeviceName("\(pool.name)-snap-\(snapshot)")
            )
        case "lvm":
            let name = try fields.required("name", given)
            guard let parts = ScenarioReader.logicalParts(of: name), parts.count == 2 else {
                throw Misreading(at: fields["name"]?.mark ?? fields.mark, "a volume of LVM is called `<volume group>-<volume>`")
            }
            return (.lvm(LogicalVolume(volumeGroup: parts[0], name: parts[1])), name)
        case "lxd":
            let instance = try fields.required("container", container.name)
            let group = ScenarioReader.logicalParts(of: pool.name)?.first ?? pool.name.description
            let volume = LXDVolume(container: instance, of: container, volumeGroup: group)
            return (.lxd(volume), given ?? volume.volume.deviceName)
        default: return (.plain, try fields.required("name", given))
        }
    }

    private func tags(_ fields: Fields) throws(Misreading) -> [String] {
        guard let node = fields["tags"] else { return [] }
        guard let nodes = node.sequence else { throw Misreading(at: node.mark, "`tags` is a list: write `[a, b]` here") }
        return nodes.compactMap { $0.scalar?.text }.sorted()
    }

    private mutating func readContainer(_ fields: Fields, suffix: String) throws(Misreading) -> Container {
        let id = generator.hexadecimal(digits: 64)
        guard let node = fields["container"] else { return Container(id: id) }
        let fields = try Fields(node, of: "a container", keys: ["name", "id", "image", "namespace", "labels"])
        var labels: [String: String] = [:]
        if let node = fields["labels"] {
            guard let entries = node.mapping else {
                throw Misreading(at: node.mark, "`labels` is a mapping: write `name: value` here")
            }
            for entry in entries { labels[entry.key] = entry.value.scalar?.text }
        }
        return Container(
            id: try fields.text("id").map { $0 + suffix } ?? id, name: try fields.text("name").map { $0 + suffix },
            image: try fields.text("image"), namespace: try fields.text("namespace"), labels: labels)
    }
}
