// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Host
import Owners
import Units
import YAML

/// Reads a scenario's text. Stops at the first thing that is wrong.
struct ScenarioReader {
    var scenario = Scenario()
    /// What the ids that the text leaves out are made from.
    var generator = SplitMix64(seed: 1, stream: .max)
    /// The last snapshot's number in each pool of containerd.
    var snapshots: [DeviceName: UInt64] = [:]
    /// Where pools, volumes and faults stand in the text.
    private var poolMarks: [Mark] = []
    var volumeMarks: [Mark] = []
    private var faultMarks: [Mark] = []

    mutating func read(_ bytes: [UInt8]) throws(Misreading) -> Scenario {
        let root: YAMLNode
        do throws(YAMLError) {
            guard let node = try YAMLDocument(parsing: bytes).root else {
                throw YAMLError(.syntax, at: .start, "there is nothing in it: see docs/simulated-hosts.md for what goes here")
            }
            root = node
        } catch {
            throw Misreading(at: error.mark, error.text)
        }
        let fields = try Fields(
            root, of: "a simulated host", keys: ["seed", "speed", "tells_writes", "pools", "volumes", "faults", "chances"])
        scenario.seed = try fields.whole("seed") ?? scenario.seed
        scenario.speed = try fields.number("speed") ?? scenario.speed
        scenario.tellsWrites = try fields.flag("tells_writes") ?? scenario.tellsWrites
        generator = SplitMix64(seed: scenario.seed, stream: .max)
        for node in try fields.list("pools") { try readPool(node) }
        for node in try fields.list("volumes") { try readVolume(node) }
        for node in try fields.list("faults") { try readFault(node) }
        if let node = fields["chances"] { try readChances(node) }
        do throws(ScenarioError) {
            try scenario.check()
        } catch {
            throw Misreading(at: mark(of: error.item) ?? root.mark, error.text)
        }
        return scenario
    }

    private func mark(of item: ScenarioError.Item) -> Mark? {
        switch item {
        case .scenario: nil
        case .pool(let place): poolMarks[place]
        case .volume(let place), .writer(let place, _): volumeMarks[place]
        case .fault(let place): faultMarks[place]
        }
    }

    private mutating func readPool(_ node: YAMLNode) throws(Misreading) {
        let fields = try Fields(
            node, of: "a pool",
            keys: [
                "name", "owner", "minimum_free", "size", "block_size", "metadata", "used", "reserve", "when_full", "low_water",
                "grows",
            ])
        let name = DeviceName(try fields.required("name", try fields.text("name")))
        var pool = Scenario.Pool(name: name, size: try fields.required("size", try fields.size("size")))
        pool.blockSize = try fields.size("block_size") ?? pool.blockSize
        pool.metadataSize = try fields.size("metadata")
        pool.used = try fields.size("used") ?? pool.used
        pool.reserve = try fields.share("reserve") ?? pool.reserve
        pool.errorsWhenFull = try fields.word("when_full", of: ["queue", "error"]) == "error"
        pool.lowWaterMark = try fields.size("low_water") ?? pool.lowWaterMark
        switch try fields.word("owner", of: ["docker", "containerd", "lvm", "plain"]) {
        case "docker": pool.owner = .docker(minimumFree: try fields.share("minimum_free") ?? .percent(10))
        case "containerd": pool.owner = .containerd
        case "lvm":
            guard let parts = ScenarioReader.logicalParts(of: name), parts.count == 3, parts[2] == "tpool" else {
                throw Misreading(at: node.mark, "a pool of LVM is called `<volume group>-<pool>-tpool`, not `\(name)`")
            }
            pool.owner = .lvm(volumeGroup: parts[0], name: parts[1])
        default: pool.owner = .plain
        }
        for growth in try fields.list("grows") {
            let fields = try Fields(growth, of: "a pool's growth", keys: ["at", "to"])
            pool.growths.append(
                Scenario.Pool.Growth(
                    at: try fields.required("at", try fields.duration("at")),
                    size: try fields.required("to", try fields.size("to"))))
        }
        scenario.pools.append(pool)
        poolMarks.append(node.mark)
    }

    private mutating func readFault(_ node: YAMLNode) throws(Misreading) {
        let fields = try Fields(node, of: "a fault", keys: ["kind", "volume", "pool", "at", "lasts", "times"])
        let word = try fields.required("kind", try fields.word("kind", of: Scenario.Fault.Kind.allCases.map(\.rawValue)))
        guard let kind = Scenario.Fault.Kind(rawValue: word) else { return }
        let key = kind.isOfPool ? "pool" : "volume"
        let name = try fields.required(key, try fields.text(key))
        let target = kind.isOfPool ? DeviceName(name) : try volume(called: name, at: fields[key]?.mark ?? node.mark)
        scenario.faults.append(
            Scenario.Fault(
                kind, target, at: try fields.duration("at") ?? .zero, lasts: try fields.duration("lasts"),
                times: try fields.whole("times").map { Int(clamping: $0) }))
        faultMarks.append(node.mark)
    }

    /// By its own name or its container's.
    private func volume(called name: String, at mark: Mark) throws(Misreading) -> DeviceName {
        let named = scenario.volumes.filter { $0.name == DeviceName(name) || $0.owner.container?.name == name }
        guard let first = named.first else { throw Misreading(at: mark, "no volume and no container is called `\(name)`") }
        return first.name
    }

    private mutating func readChances(_ node: YAMLNode) throws(Misreading) {
        let fields = try Fields(node, of: "`chances`", keys: ["load_fails", "resume_fails", "grow_fails", "bad_sample"])
        scenario.chances.loadFails = try fields.share("load_fails") ?? .zero
        scenario.chances.resumeFails = try fields.share("resume_fails") ?? .zero
        scenario.chances.growFails = try fields.share("grow_fails") ?? .zero
        scenario.chances.badSample = try fields.share("bad_sample") ?? .zero
    }

    /// The parts of a name that LVM made: joined by a dash, dashes in them doubled.
    static func logicalParts(of name: DeviceName) -> [String]? {
        guard let text = String(validating: name.bytes, as: UTF8.self) else { return nil }
        var parts = [""]
        var rest = text[...]
        while let character = rest.popFirst() {
            if character != "-" {
                parts[parts.count - 1].append(character)
            } else if rest.first == "-" {
                rest = rest.dropFirst()
                parts[parts.count - 1].append("-")
            } else {
                parts.append("")
            }
        }
        return parts.contains("") ? nil : parts
    }
}
