// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Testing
import Units

@testable import Simulation

@Suite struct WorldPropertyTests {
    @Test(arguments: Seeds.some(30)) func `blocks are neither lost nor made up`(seed: UInt64) throws {
        var shape = Scenario.Shape()
        shape.faults = 6
        let bench = try Bench(.random(seed: seed, shape: shape))
        for _ in 0..<20 {
            bench.advance(by: .seconds(200))
            let facts = bench.look()
            for pool in facts.pools {
                guard case .working(let report) = pool.status, let blockSize = pool.table?.blockSize else { continue }
                let mapped = facts.volumes.filter { $0.table.pool == pool.device.number }.map(\.mapped).sum()
                #expect(mapped == report.dataUsed.bytes(blockSize: blockSize.bytes), "seed \(seed), pool \(pool.device.name)")
                #expect(report.dataUsed <= report.dataTotal && report.metadataUsed <= report.metadataTotal, "seed \(seed)")
            }
            for volume in facts.volumes { judge(volume, seed: seed) }
        }
    }

    private func judge(_ volume: VolumeFact, seed: UInt64) {
        guard case .mounted(let filesystem) = volume.content, case .usage(let usage) = filesystem.reading, usage.inodes > 0 else {
            return
        }
        let name = volume.device.name
        #expect(usage.used + usage.available <= usage.size, "seed \(seed), \(name)")
        #expect(usage.used <= volume.mapped, "seed \(seed), \(name): what is used is mapped")
        #expect(volume.mapped <= volume.table.length.bytes + .mebibytes(1), "seed \(seed), \(name)")
        if let geometry = filesystem.geometry {
            #expect(geometry.size <= volume.table.length.bytes, "seed \(seed), \(name)")
            #expect(usage.size < geometry.size, "seed \(seed), \(name)")
        }
    }

    @Test(arguments: Seeds.some(10)) func `how often one looks does not change what happens`(seed: UInt64) throws {
        let scenario = Scenario.random(seed: seed)
        let coarse = try Bench(scenario)
        coarse.advance(by: .seconds(3_600))
        let fine = try Bench(scenario)
        for _ in 0..<3_600 {
            fine.advance(by: .seconds(1))
            _ = fine.look()
        }
        #expect(coarse.outcomes == fine.outcomes, "seed \(seed)")
        #expect(coarse.look().volumes == fine.look().volumes, "seed \(seed)")
    }

    @Test func `ten thousand idle volumes cost next to nothing`() throws {
        var scenario = Scenario.oneVolume(pool: .gibibytes(1 << 14), size: .gibibytes(1))
        let template = scenario.volumes[0]
        scenario.volumes = (0..<10_000).map { number in
            var volume = template
            volume.name = DeviceName("volume-\(number)")
            if number % 500 == 0 { volume.writers = [.steady(.kibibytes(4))] }
            return volume
        }
        let bench = try Bench(scenario)
        let clock = ContinuousClock()
        let taken = clock.measure {
            // A day, with a look at everything each five minutes.
            for _ in 0..<288 {
                bench.advance(by: .seconds(300))
                #expect(bench.look().volumes.count == 10_000)
            }
        }
        #expect(taken < .seconds(240))
        #expect(bench.outcomes.allSatisfy { $0.written >= .mebibytes(330) })
    }

    @Test func `what cannot be is said with what it is about`() {
        var scenario = Scenario.oneVolume()
        scenario.volumes[0].pool = "other"
        #expect(throws: ScenarioError(.volume(0), "volume volume: no pool is called other")) { _ = try World(scenario) }
        scenario = .oneVolume()
        scenario.volumes[0].device = .mebibytes(512)
        #expect(throws: ScenarioError(.volume(0), "volume volume: its filesystem of 1GiB is larger than its device of 512MiB")) {
            _ = try World(scenario)
        }
        scenario = .oneVolume()
        scenario.volumes.append(scenario.volumes[0])
        #expect(throws: ScenarioError(.volume(1), "volume volume: another device has that name at that time")) {
            _ = try World(scenario)
        }
        scenario = .oneVolume()
        scenario.faults = [.init(.poolFails, "volume", at: .zero)]
        #expect(throws: ScenarioError(.fault(0), "pool_fails wants a pool, and none is called volume")) {
            _ = try World(scenario)
        }
        scenario = .oneVolume(pool: .mebibytes(64)) { volume in
            guard case .filesystem(var filesystem) = volume.content else { return }
            filesystem.used = .mebibytes(100)
            volume.content = .filesystem(filesystem)
        }
        #expect(throws: ScenarioError.self) { _ = try World(scenario) }
    }
}

extension VolumeFact {
    fileprivate var mapped: Bytes {
        if case .working(let mapped, _) = status { mapped.bytes } else { .zero }
    }
}
