// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Host
import Synchronization
import Testing
import Units

@testable import Simulation

@Suite struct SimulatedHostTests {
    private let seconds: @Sendable (MonotonicTime) -> Double = { $0.since(World.usualStart).seconds }

    @Test func `in virtual time a day of sleeping takes no time`() async throws {
        let host = try SimulatedHost(.oneVolume(), drive: .virtual)
        let clock = ContinuousClock()
        let start = clock.now
        let end = await host.simulate {
            try? await host.sleep(until: World.usualStart.advanced(by: .seconds(86_400)))
            return host.now()
        }
        #expect(seconds(end) == 86_400)
        #expect(clock.now - start < .seconds(600))
    }

    @Test func `sleepers wake in the order of their deadlines`() async throws {
        let host = try SimulatedHost(.oneVolume(), drive: .virtual)
        let woken = await host.simulate {
            await withTaskGroup(of: Int.self) { group in
                for delay in [30, 10, 20, 10] {
                    group.addTask {
                        try? await host.sleep(until: World.usualStart.advanced(by: .seconds(delay)))
                        return delay
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
        #expect(woken == [10, 10, 20, 30])
    }

    @Test func `a sleep that is cancelled ends at once, also one that was cancelled before it began`() async throws {
        let host = try SimulatedHost(.oneVolume(), drive: .virtual)
        let (late, early) = await host.simulate { () -> (Bool, Bool) in
            let far = World.usualStart.advanced(by: .seconds(1_000))
            let sleeper = Task(executorPreference: host.executor) { (try? await host.sleep(until: far)) == nil }
            try? await host.sleep(until: World.usualStart.advanced(by: .seconds(1)))
            sleeper.cancel()
            let late = await sleeper.value
            let second = Task(executorPreference: host.executor) { (try? await host.sleep(until: far)) == nil }
            second.cancel()
            return (late, await second.value)
        }
        #expect(late && early)
        #expect(seconds(host.now()) == 1)
    }

    @Test func `a step takes its time and a look too`() async throws {
        let host = try SimulatedHost(.oneVolume(), drive: .virtual)
        let identity = VolumeIdentity(name: "volume", uuid: "", poolName: "pool", thinID: 1)
        let (facts, between, report) = await host.simulate {
            let facts = try? await host.observe(.everything)
            let between = host.now()
            return (facts, between, await host.perform(.loadTable(identity, length: Bytes.gibibytes(2).wholeSectors)))
        }
        let seen = try #require(facts)
        #expect(between == seen.takenAt.advanced(by: seen.duration))
        #expect(report.outcome == .done)
        #expect(host.now() == between.advanced(by: report.duration))
    }

    @Test func `changes tell of a volume that appears at the moment it does, and of nothing else`() async throws {
        var scenario = Scenario.oneVolume { $0.writers = [.steady(.kibibytes(64))] }
        var second = Scenario.Volume(name: "second", pool: "pool", size: .gibibytes(1))
        second.appears = .seconds(100)
        scenario.volumes.append(second)
        let host = try SimulatedHost(scenario, drive: .virtual)
        let heard = Times()
        await host.simulate {
            let listener = Task(executorPreference: host.executor) {
                for await _ in host.changes() { heard.add(host.now()) }
            }
            try? await host.sleep(until: World.usualStart.advanced(by: .seconds(1_000)))
            listener.cancel()
            await listener.value
        }
        #expect(heard.all.map(seconds) == [100])
    }

    @Test(arguments: Seeds.some(4)) func `the same seed gives the same host and the same end`(seed: UInt64) async throws {
        var shape = Scenario.Shape()
        shape.faults = 5
        let scenario = Scenario.random(seed: seed, shape: shape)
        func run() async throws -> Facts {
            let host = try SimulatedHost(scenario, drive: .virtual)
            return await host.simulate {
                await withTaskGroup(of: Void.self) { group in
                    for pause in [1, 7, 13] {
                        group.addTask { await growAll(on: host, every: .seconds(pause), for: .seconds(600)) }
                    }
                }
                return host.withWorld { $0.look(.everything) }
            }
        }
        #expect(try await run() == run(), "seed \(seed)")
    }

    @Test func `in real time the world goes with the clock, so many times as fast`() async throws {
        let host = try SimulatedHost(.oneVolume { $0.writers = [.steady(.mebibytes(1))] }, drive: .realTime(speed: 1_000))
        let start = host.now()
        try await host.sleep(until: start.advanced(by: .seconds(100)))
        #expect(host.now().since(start) >= .seconds(100))
        let written = host.withWorld { $0.outcomes[0].written }
        #expect(written >= .mebibytes(99))
    }

    @Test func `in real time changes are heard without anybody looking`() async throws {
        var scenario = Scenario.oneVolume()
        var second = Scenario.Volume(name: "second", pool: "pool", size: .gibibytes(1))
        second.appears = .seconds(100)
        scenario.volumes.append(second)
        let host = try SimulatedHost(scenario, drive: .realTime(speed: 1_000))
        var changes = host.changes().makeAsyncIterator()
        await changes.next()
        #expect(host.now().since(World.usualStart) >= .seconds(100))
        #expect(host.withWorld { $0.look(.everything).volumes.count } == 2)
    }
}

private final class Times: Sendable {
    private let times = Mutex<[MonotonicTime]>([])

    func add(_ time: MonotonicTime) { times.withLock { $0.append(time) } }
    var all: [MonotonicTime] { times.withLock { $0 } }
}

/// Somebody who makes every volume longer again and again.
private func growAll(on host: SimulatedHost, every pause: Duration, for time: Duration) async {
    let end = host.now().advanced(by: time)
    while host.now() < end, let facts = try? await host.observe(.everything) {
        for volume in facts.volumes where facts.pools.contains(where: { $0.device.number == volume.table.pool }) {
            guard let pool = facts.pools.first(where: { $0.device.number == volume.table.pool }) else { continue }
            let identity = VolumeIdentity(
                name: volume.device.name, uuid: volume.device.uuid, poolName: pool.device.name, thinID: volume.table.thinID)
            let longer = (volume.table.length.bytes + .mebibytes(1)).wholeSectors
            _ = await host.perform(.loadTable(identity, length: longer))
            _ = await host.perform(.resume(identity, length: longer))
        }
        try? await host.sleep(until: host.now().advanced(by: pause))
    }
}
