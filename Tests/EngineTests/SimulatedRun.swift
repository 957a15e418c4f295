// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Glibc
import Host
import Logging
import Policy
import Simulation
import Units

/// The real engine on a simulated host in virtual time, from the beginning of a scenario for so long.
struct SimulatedRun {
    let host: SimulatedHost
    let report: Report

    init(_ scenario: Scenario, rules: Rules, length: Duration) async throws {
        let host = try SimulatedHost(scenario, drive: .virtual)
        let loaded = LoadedRules(rules: rules, file: nil)
        let engine = Engine(
            host: host, rules: loaded, books: .none, version: "test",
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            executor: host.executor,
            loadRules: { loaded })
        self.host = host
        report = await host.simulate {
            let end = host.now().advanced(by: length)
            let running = Task(executorPreference: host.executor) { await engine.run() }
            try? await host.sleep(until: end)
            running.cancel()
            await running.value
            return engine.report()
        }
    }

    var chronicle: Chronicle { host.withWorld { $0.chronicle } }
    var outcomes: [WriterOutcome] { host.withWorld { $0.outcomes } }

    /// Steps of one volume, in order.
    func steps(of volume: DeviceName) -> [PerformedStep] {
        chronicle.steps.filter { $0.step.volume.name == volume }
    }
}

extension Rules {
    /// Everything is grown, with the values that hold when a configuration says nothing else.
    static func enforcing(_ change: (inout VolumeRule) -> Void = { _ in }) -> Rules {
        var rules = Rules()
        rules.mode = .enforce
        var rule = Rules.fallback
        change(&rule)
        rules.volumes = [rule]
        return rules
    }
}

/// The seeds that a property is tried with: so many, or HEADROOM_SEEDS of them, or the one in HEADROOM_SEED to see a failure
/// again.
enum SimulatedSeeds {
    static func some(_ count: Int) -> [UInt64] {
        if let seed = number("HEADROOM_SEED") { return [seed] }
        return (0..<(number("HEADROOM_SEEDS") ?? UInt64(count))).map { $0 &* 104_729 &+ 1 }
    }

    private static func number(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
