// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Engine
import Host
import Owners
import Policy
import Simulation
import Testing
import Units

/// The engine on hosts of a few volumes, each with one thing that happens.
@Suite(.serialized) struct SimulatedStoriesTests {
    private func pool(_ size: Bytes = .gibibytes(100)) -> Scenario {
        var scenario = Scenario()
        scenario.pools = [Scenario.Pool(name: "pool", size: size)]
        return scenario
    }

    private func volume(_ name: DeviceName, _ size: Bytes = .gibibytes(1), writing rate: Bytes? = nil)
        -> Scenario.Volume
    {
        var volume = Scenario.Volume(name: name, pool: "pool", size: size)
        if let rate { volume.writers = [Scenario.Writer(rate: ByteRate(rate, per: .seconds(1)))] }
        return volume
    }

    @Test(arguments: SimulatedSeeds.some(10), [true, false])
    func `a container that fills from its first moment never sees no space`(
        seed: UInt64, tellsWrites: Bool
    ) async throws {
        var scenario = pool()
        scenario.seed = seed
        scenario.tellsWrites = tellsWrites
        var newcomer = volume("newcomer", .mebibytes(256), writing: .mebibytes(200))
        newcomer.appears = .milliseconds(Int(seed % 20_000) + 100)
        newcomer.writers[0].amount = .gibibytes(4)
        scenario.volumes = [newcomer, volume("bystander")]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(60))
        #expect(run.outcomes[0].noSpace == 0, "HEADROOM_SEED=\(seed): \(run.outcomes[0])")
        #expect(run.outcomes[0].written == .gibibytes(4), "HEADROOM_SEED=\(seed)")
    }

    @Test func `a volume whose owner's hook fails is not grown until it does not, and says why`() async throws {
        var scenario = pool()
        scenario.volumes = [volume("noted", .mebibytes(256), writing: .mebibytes(2))]
        scenario.faults = [Scenario.Fault(.hookFails, "noted", at: .zero, times: 3)]
        var rules = Rules.enforcing()
        rules.plainHook = OwnerHook(command: ["/sbin/note"])
        let early = try await SimulatedRun(scenario, rules: rules, length: .seconds(3))
        #expect(early.steps(of: "noted").allSatisfy { $0.step.name == "run_hook" })
        guard case .refused(let refusal)? = early.report.plan?.decisions.first?.verdict else {
            Issue.record("nothing was refused")
            return
        }
        #expect(refusal.reason == .backoff && refusal.text.hasSuffix(": run_hook: simulated: the hook failed"))
        let late = try await SimulatedRun(scenario, rules: rules, length: .seconds(60))
        let names = late.steps(of: "noted").map(\.step.name)
        #expect(names.prefix(6) == ["run_hook", "run_hook", "run_hook", "run_hook", "load_table", "resume"])
        #expect(late.chronicle.violations.isEmpty && late.outcomes[0].noSpace == 0)
    }

    @Test
    func
        `a growth that fails is tried again later and later, and the device is not made longer each time`()
        async throws
    {
        var scenario = pool()
        scenario.volumes = [volume("unlucky", writing: .mebibytes(2))]
        scenario.faults = [Scenario.Fault(.growFails, "unlucky", at: .zero)]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(600))
        let tries = run.steps(of: "unlucky").filter { $0.step.name == "grow_filesystem" }
        let pauses = zip(tries, tries.dropFirst()).map { $1.began.since($0.ended) }
        #expect(tries.count >= 5)
        for (number, pause) in pauses.enumerated() {
            #expect(pause >= .seconds(1 << min(number, 9)), "pause \(number) is \(pause)")
        }
        #expect(run.steps(of: "unlucky").count { $0.step.name == "load_table" } <= tries.count)
        #expect(run.chronicle.violations.isEmpty)
    }

    @Test func `a resume that fails leaves no table behind`() async throws {
        var scenario = pool()
        scenario.volumes = [volume("v", writing: .mebibytes(2))]
        scenario.faults = [Scenario.Fault(.resumeFails, "v", at: .zero, times: 3)]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(120))
        #expect(run.steps(of: "v").count { $0.step.name == "clear_table" } == 3)
        let fact = run.host.withWorld { $0.look(.everything).volumes[0] }
        #expect(!fact.device.hasInactiveTable)
        #expect(fact.table.length.bytes > .gibibytes(1))
    }

    @Test(arguments: [20, 60]) func `between two growths the cooldown passes`(seconds: Int)
        async throws
    {
        var scenario = pool()
        scenario.volumes = [volume("v", writing: .mebibytes(8))]
        let rules = Rules.enforcing { $0.cooldown = .seconds(seconds) }
        let run = try await SimulatedRun(scenario, rules: rules, length: .seconds(600))
        let growths = run.steps(of: "v").filter { $0.step.name == "grow_filesystem" }
        #expect(growths.count >= 3)
        for (one, next) in zip(growths, growths.dropFirst()) {
            let pause = next.began.since(one.ended)
            // Slices of one growth follow each other at once.
            #expect(pause == .zero || pause >= .seconds(seconds), "\(pause)")
        }
    }

    @Test(arguments: [Scenario.Fault.Kind.noInodes, .zeroSize])
    func `one bad look grows nothing`(kind: Scenario.Fault.Kind) async throws {
        var scenario = pool()
        // With the guarantee's room at hand, so that nothing else speaks for growth.
        scenario.volumes = [volume("v", .gibibytes(10))]
        scenario.faults = [Scenario.Fault(kind, "v", at: .seconds(20), times: 1)]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(120))
        #expect(!run.steps(of: "v").contains { $0.step.name == "grow_filesystem" })
    }

    @Test func `a filesystem that does not answer holds up no other`() async throws {
        var scenario = pool()
        var writer = volume("writer", writing: .mebibytes(200))
        writer.writers[0].amount = .gibibytes(10)
        scenario.volumes = [volume("stuck", writing: .mebibytes(50)), writer]
        scenario.faults = [Scenario.Fault(.statfsStuck, "stuck", at: .seconds(3))]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(120))
        #expect(run.outcomes[1].noSpace == 0, "\(run.outcomes[1])")
        #expect(run.outcomes[1].written == .gibibytes(10))
        #expect(run.report.errors[ErrorKey(part: "statfs", kind: "timeout")] ?? 0 > 0)
    }

    @Test func `a suspended volume is left alone and grown once it runs again`() async throws {
        var scenario = pool()
        scenario.volumes = [volume("v", writing: .mebibytes(20))]
        scenario.faults = [Scenario.Fault(.suspended, "v", at: .seconds(30), lasts: .seconds(100))]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(300))
        let start = World.usualStart
        let meanwhile = run.steps(of: "v").filter {
            $0.began > start.advanced(by: .seconds(46)) && $0.began < start.advanced(by: .seconds(130))
        }
        #expect(meanwhile.isEmpty)
        #expect(run.steps(of: "v").contains { $0.began > start.advanced(by: .seconds(130)) })
        #expect(run.outcomes[0].noSpace == 0)
    }

    @Test func `a runaway is refused by name, and its pool's reserve is kept`() async throws {
        var scenario = pool(.gibibytes(10))
        scenario.volumes = [volume("runaway", writing: .mebibytes(30)), volume("quiet")]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(600))
        #expect(run.chronicle.brokenReserves.isEmpty)
        let decision = run.report.plan?.decisions.first { $0.volume.name == "runaway" }
        guard case .refused(let refusal)? = decision?.verdict else {
            Issue.record("it is \(String(describing: decision?.verdict))")
            return
        }
        #expect([.maximumShare, .reserve].contains(refusal.reason))
        #expect(run.report.refusals["pool"]?[refusal.reason] ?? 0 >= 1)
        // A refusal that goes on is one refusal.
        #expect(run.report.refusals["pool"]?[refusal.reason] ?? 0 <= 5)
    }

    @Test func `growth leaves to others what they were born with, where their pool can hold it`()
        async throws
    {
        var scenario = pool(.gibibytes(10))
        var greedy = volume("greedy", writing: .mebibytes(50))
        greedy.writers[0].retries = .seconds(10)
        var late = volume("late", .gibibytes(5), writing: .mebibytes(50))
        late.writers[0].starts = .seconds(200)
        late.writers[0].amount = .mebibytes(4_500)
        scenario.volumes = [greedy, late]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(600))
        #expect(run.report.growths.byPool["pool"]?.bytes ?? .zero > .gibibytes(2))
        #expect(
            run.outcomes[1].written == .mebibytes(4_500) && run.outcomes[1].errors == 0,
            "\(run.outcomes[1])")
        #expect(run.chronicle.brokenReserves.isEmpty, "\(run.chronicle.brokenReserves)")
    }

    @Test func `what is refused for the reserve is grown once the pool is larger`() async throws {
        var scenario = pool(.gibibytes(4))
        scenario.pools[0].metadataSize = .mebibytes(64)
        scenario.pools[0].growths = [Scenario.Pool.Growth(at: .seconds(200), size: .gibibytes(40))]
        var writer = volume("v", writing: .mebibytes(20))
        writer.writers[0].retries = .seconds(5)
        writer.writers[0].amount = .gibibytes(8)
        scenario.volumes = [writer]
        let run = try await SimulatedRun(
            scenario, rules: .enforcing { $0.maximumShare = .one }, length: .seconds(1_200))
        #expect(run.outcomes[0].noSpace > 0)
        #expect(run.outcomes[0].written == .gibibytes(8))
        #expect(run.chronicle.brokenReserves.isEmpty)
    }

    @Test func `a pool with little metadata is never grown into read-only`() async throws {
        var scenario = pool(.gibibytes(40))
        scenario.pools[0].metadataSize = .mebibytes(2)
        scenario.volumes = [volume("v", writing: .mebibytes(40))]
        let run = try await SimulatedRun(
            scenario, rules: .enforcing { $0.maximumShare = .one }, length: .seconds(600))
        let (fact, outcome) = run.host.withWorld { ($0.look(.everything).pools[0], $0.outcomes[0]) }
        guard case .working(let report) = fact.status else {
            Issue.record("it is \(fact.status)")
            return
        }
        #expect(report.mode == .readWrite)
        #expect(report.metadataUsed.count * 10 <= report.metadataTotal.count * 9)
        #expect(outcome.noSpace == 1 && outcome.errors == 0)
        let decision = run.report.plan?.decisions.first
        guard case .refused(let refusal)? = decision?.verdict else {
            Issue.record("it is \(String(describing: decision?.verdict))")
            return
        }
        #expect(refusal.reason == .metadataReserve)
    }

    @Test func `a pool that failed is not touched again`() async throws {
        var scenario = pool()
        scenario.volumes = [volume("v", writing: .mebibytes(20))]
        scenario.faults = [Scenario.Fault(.poolFails, "pool", at: .seconds(60))]
        let run = try await SimulatedRun(scenario, rules: .enforcing(), length: .seconds(300))
        let late = World.usualStart.advanced(by: .seconds(61))
        #expect(run.steps(of: "v").contains { $0.began < late })
        #expect(!run.steps(of: "v").contains { $0.began > late })
        #expect(run.report.plan?.pools.first?.bar?.reason == .poolState)
    }
}
