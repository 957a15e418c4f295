// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Owners
import Testing
import Units

@testable import Simulation

@Suite struct ScenarioFileTests {
    private func read(_ text: String) throws(SimulationFileError) -> Scenario {
        try Scenario(parsing: Array(text.utf8), file: "f.yaml")
    }

    private static let pool = "pools: [{name: p, size: 10GiB}]\n"

    @Test func `a scenario is read as it is written`() throws {
        let scenario = try read(
            """
            seed: 42
            speed: 2.5
            pools:
              - {name: p, owner: containerd, size: 10GiB, block_size: 128KiB, used: 1GiB, when_full: error, grows: [{at: 1h, to: 20GiB}]}
            volumes:
              - pool: p
                container: {name: db, image: "postgres:16", labels: {tier: db}}
                filesystem: xfs
                size: 1GiB
                device: 2GiB
                used: 100MiB
                appears: 10s
                vanishes: 1h
                writers: [{rate: 256MiB/s, starts: 1s, amount: 1GiB, burst: {amount: 10MiB, every: 1m}, deletes: {share: 50%, every: 2m}}]
            faults: [{kind: resume_fails, volume: db, at: 1m, times: 2}]
            chances: {grow_fails: 5%}
            """)
        #expect(scenario.seed == 42)
        #expect(scenario.speed == 2.5)
        let pool = try #require(scenario.pools.first)
        #expect(pool.owner == .containerd && pool.blockSize == .kibibytes(128) && pool.errorsWhenFull)
        #expect(pool.growths == [.init(at: .seconds(3_600), size: .gibibytes(20))])
        let volume = try #require(scenario.volumes.first)
        #expect(volume.name == "p-snap-1" && volume.device == .gibibytes(2))
        #expect(volume.owner.container?.labels == ["tier": "db"])
        guard case .filesystem(let filesystem) = volume.content else { return #expect(Bool(false), "no filesystem") }
        #expect(filesystem.kind == .xfs && filesystem.size == .gibibytes(1) && filesystem.used == .mebibytes(100))
        #expect(volume.writers.first?.rate == ByteRate(.mebibytes(256), per: .seconds(1)))
        #expect(volume.writers.first?.burst == .init(amount: .mebibytes(10), every: .seconds(60)))
        #expect(scenario.faults == [.init(.resumeFails, "p-snap-1", at: .seconds(60), times: 2)])
        #expect(scenario.chances.growFails == .percent(5))
    }

    @Test func `several alike have names and ids of their own`() throws {
        let scenario = try read(
            """
            pools: [{name: docker-8:1-7-pool, owner: docker, size: 10GiB}]
            volumes: [{pool: docker-8:1-7-pool, container: {name: web}, count: 3, size: 1GiB}]
            """)
        #expect(scenario.volumes.map { $0.owner.container?.name } == ["web-1", "web-2", "web-3"])
        #expect(Set(scenario.volumes.map(\.name)).count == 3)
        #expect(Set(scenario.volumes.map { $0.owner.container?.id }).count == 3)
        #expect(scenario.volumes.allSatisfy { $0.name.description.hasPrefix("docker-8:1-7-") && $0.name.bytes.count == 77 })
    }

    @Test(arguments: [
        ("poools: []", 1, 1, "`poools` is not a key of a simulated host"),
        ("pools:\n  - {name: p}", 2, 5, "a pool has no `size`"),
        ("pools:\n  - {name: p, size: ten}", 2, 21, "`size` of a pool cannot be `ten`"),
        ("pools:\n  - {name: p, size: 10GiB, block_size: 100KiB}", 2, 5, "its block size is 100KiB"),
        (pool + "volumes:\n  - {pool: q, name: v, size: 1GiB}", 3, 12, "no pool is called `q`"),
        (pool + "volumes:\n  - {pool: p, size: 1GiB}", 3, 5, "a volume has no `name`"),
        (pool + "volumes:\n  - {pool: p, name: v, size: 1MiB}", 3, 5, "too small for ext4"),
        (pool + "volumes:\n  - {pool: p, name: v, size: 2GiB, device: 1GiB}", 3, 5, "larger than its device"),
        (pool + "volumes:\n  - {pool: p, name: v, size: 1GiB, writers: [{amount: 1GiB}]}", 3, 46, "a writer has no `rate`"),
        (pool + "volumes:\n  - {pool: p, name: v, size: 1GiB, count: 200000}", 3, 43, "`count` is from 1"),
        (pool + "faults:\n  - {kind: resume_fails, volume: v}", 3, 34, "no volume and no container is called `v`"),
        (pool + "faults:\n  - {kind: explodes, volume: v}", 3, 12, "`kind` of a fault cannot be `explodes`"),
        ("pools: [{name: vg-p, owner: lvm, size: 1GiB}]", 1, 9, "a pool of LVM is called"),
        ("a: *b", 1, 4, "alias"),
        ("", 1, 1, "there is nothing in it"),
    ])
    func `what is wrong is said with its place`(text: String, line: Int, column: Int, complaint: String) throws {
        let error = try #require(throws: SimulationFileError.self) { try read(text) }
        #expect(error.description.hasPrefix("f.yaml:\(line):\(column): "), "\(error)")
        #expect(error.text.contains(complaint), "\(error)")
    }

    @Test func `a file that is not there is said to be so`() {
        let error = #expect(throws: SimulationFileError.self) { _ = try SimulatedHost.load(file: "/nowhere/host.yaml") }
        #expect(error?.description == "/nowhere/host.yaml: it cannot be read: No such file or directory")
    }

    @Test func `the example is a host with something to grow and something to refuse`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let host = try SimulatedHost.load(file: "/\(root)/deploy/examples/simulated-host.yaml")
        let facts = host.withWorld { $0.look(.everything) }
        #expect(facts.pools.count == 3)
        #expect((18...25).contains(facts.volumes.count))
        #expect(Set(facts.volumes.map(\.owner.name)) == ["docker", "containerd", "lvm", "plain"])
        // Left alone, more than one writer runs out of space.
        let starved = host.withWorld { world in
            world.advance(to: world.now.advanced(by: .seconds(1_800)))
            return Set(world.outcomes.filter { $0.noSpace > 0 }.map(\.volume))
        }
        #expect(starved.count >= 3)
    }
}
