// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Host
import Owners
import Policy
import Simulation
import Testing
import Units

/// The whole engine over made-up hosts: what must hold whatever happens on them.
@Suite(.serialized) struct SimulatedHostsTests {
    @Test(arguments: SimulatedSeeds.some(6))
    func `nothing is asked of a host that must not be, whatever goes wrong on it`(seed: UInt64)
        async throws
    {
        var shape = Scenario.Shape()
        shape.faults = 12
        shape.length = .seconds(300)
        var rules = Rules.enforcing()
        if seed % 2 == 0 { rules.plainHook = OwnerHook(command: ["/sbin/note"]) }
        let run = try await SimulatedRun(
            .random(seed: seed, shape: shape), rules: rules, length: .seconds(300))
        #expect(
            run.chronicle.violations.isEmpty,
            "HEADROOM_SEED=\(seed): \(run.chronicle.violations.first?.description ?? "")")
        #expect(!run.chronicle.steps.isEmpty, "HEADROOM_SEED=\(seed): nothing was grown at all")
    }

    @Test(arguments: SimulatedSeeds.some(6))
    func `growth never breaks a reserve that the births leave alone`(seed: UInt64) async throws {
        var shape = Scenario.Shape()
        shape.length = .seconds(300)
        shape.fleeting = .zero
        shape.busy = .percent(90)
        var scenario = Scenario.random(seed: seed, shape: shape)
        for place in scenario.pools.indices {
            let pool = scenario.pools[place]
            for number in 1...3 { scenario.volumes.append(.fillingUp(in: pool.name, number: number)) }
            let born = scenario.volumes.filter { $0.pool == pool.name }.map(\.device).sum()
            // Enough for what the volumes were born with, and for little growth: far from what the writers want.
            scenario.pools[place].size =
                try #require(Ratio.percent(85).whole(ofPart: born)) + .gibibytes(2)
        }
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(300))
        let broken = run.chronicle.brokenReserves
        #expect(broken.isEmpty, "HEADROOM_SEED=\(seed): \(broken.first.map { "\($0)" } ?? "")")
        #expect(
            run.report.growths.byPool.values.contains { $0.done > 0 },
            "HEADROOM_SEED=\(seed): nothing was grown at all")
    }

    @Test(arguments: SimulatedSeeds.some(4), [true, false])
    func `no writer up to the assumed fill rate sees no space while there is headroom`(
        seed: UInt64, tellsWrites: Bool
    ) async throws {
        var shape = Scenario.Shape()
        // Everything begins early, so that there is time for it to go wrong.
        shape.length = .seconds(120)
        shape.roominess = 20...30
        shape.busy = .percent(90)
        // Two writers on one filesystem stay below the assumed rate together.
        shape.fastestRate = ByteRate(.mebibytes(128), per: .seconds(1))
        var scenario = Scenario.random(seed: seed, shape: shape)
        scenario.tellsWrites = tellsWrites
        scenario.volumes.append(.fillingUp(in: scenario.pools[0].name))
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(300))
        let growable = Set(scenario.volumes.filter(\.isGrowable).map(\.name))
        let alone = try World(scenario).starved(after: .seconds(300)).intersection(growable)
        #expect(
            !alone.isEmpty,
            "HEADROOM_SEED=\(seed): left alone, nobody runs out of space, so this shows nothing")
        for outcome in run.outcomes where growable.contains(outcome.volume) && outcome.noSpace > 0 {
            Issue.record("HEADROOM_SEED=\(seed), tells writes: \(tellsWrites): \(outcome)")
        }
    }

    @Test(arguments: SimulatedSeeds.some(6)) func `observing changes nothing`(seed: UInt64)
        async throws
    {
        var shape = Scenario.Shape()
        shape.length = .seconds(200)
        shape.faults = 5
        var scenario = Scenario.random(seed: seed, shape: shape)
        scenario.volumes.append(.fillingUp(in: scenario.pools[0].name))
        let run = try await SimulatedRun(scenario, rules: Rules(), length: .seconds(200))
        #expect(run.chronicle.steps.isEmpty, "HEADROOM_SEED=\(seed)")
        let wishes = run.report.plan?.decisions.contains {
            if case .wouldGrow = $0.verdict { true } else { false }
        }
        #expect(wishes == true, "HEADROOM_SEED=\(seed): nothing would have been grown")
    }

    @Test(arguments: SimulatedSeeds.some(3))
    func `the same seed gives the same steps at the same moments`(seed: UInt64) async throws {
        var shape = Scenario.Shape()
        shape.length = .seconds(300)
        shape.faults = 8
        let scenario = Scenario.random(seed: seed, shape: shape)
        let first = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(300))
        let second = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(300))
        #expect(first.chronicle.steps == second.chronicle.steps, "HEADROOM_SEED=\(seed)")
        #expect(!first.chronicle.steps.isEmpty)
    }
}

extension World {
    /// Whose writers have seen no space after so long a time with nobody to grow anything.
    fileprivate consuming func starved(after length: Duration) -> Set<DeviceName> {
        advance(to: now.advanced(by: length))
        return Set(outcomes.filter { $0.noSpace > 0 }.map(\.volume))
    }
}

extension Scenario.Volume {
    /// One that never fits what is written to it.
    fileprivate static func fillingUp(in pool: DeviceName, number: Int = 0) -> Scenario.Volume {
        var volume = Scenario.Volume(
            name: DeviceName("filling-up-\(pool)-\(number)"), pool: pool, size: .mebibytes(512))
        var writer = Scenario.Writer(rate: ByteRate(.mebibytes(100), per: .seconds(1)))
        writer.starts = .seconds(7)
        writer.amount = .gibibytes(4)
        volume.writers = [writer]
        return volume
    }

    /// Headroom may grow it, and it has room to be grown by somebody who looks in time.
    fileprivate var isGrowable: Bool {
        guard case .filesystem(let filesystem) = content, filesystem.isMounted, !filesystem.isReadOnly,
            !owner.isParent
        else { return false }
        // Their owners take longer than some filesystems take to fill.
        return owner.logicalVolume == nil
    }
}
