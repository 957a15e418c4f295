// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Testing
import Units

@testable import Simulation

@Suite struct WorldWritingTests {
    @Test func `a writer writes at its rate, and what it writes is mapped`() throws {
        let world = try Bench(.oneVolume { $0.writers = [.steady(.mebibytes(1))] })
        let before = try #require(world.volume())
        world.advance(by: .seconds(100))
        let after = try #require(world.volume())
        #expect(after.usage.used.less(before.usage.used) >= .mebibytes(99))
        #expect(after.usage.used.less(before.usage.used) <= .mebibytes(101))
        #expect(after.mapped.less(before.mapped) >= .mebibytes(99))
        #expect(after.usage.size == before.usage.size)
    }

    @Test func `a writer that fills its filesystem sees no space once and gives up`() throws {
        let world = try Bench(.oneVolume { $0.writers = [.steady(.mebibytes(64))] })
        world.advance(by: .seconds(600))
        let outcome = world.outcomes[0]
        #expect(outcome.noSpace == 1)
        #expect(outcome.errors == 0)
        #expect(try #require(world.volume()).usage.available == .zero)
        let seconds = try #require(outcome.firstNoSpace).since(World.usualStart).seconds
        // 1 GiB less tables, journal and what is kept for root, at 64 MiB a second.
        #expect((14...16).contains(seconds))
    }

    @Test func `a writer that tries again sees no space again`() throws {
        let world = try Bench(
            .oneVolume {
                var writer = Scenario.Writer.steady(.mebibytes(64))
                writer.retries = .seconds(10)
                $0.writers = [writer]
            })
        world.advance(by: .seconds(116))
        #expect((10...12).contains(world.outcomes[0].noSpace))
    }

    @Test func `a burst is as large as it says and comes when it says`() throws {
        let world = try Bench(
            .oneVolume {
                var writer = Scenario.Writer.steady(.mebibytes(256))
                writer.burst = Scenario.Burst(amount: .mebibytes(100), every: .seconds(60))
                $0.writers = [writer]
            })
        world.advance(by: .seconds(1))
        #expect(world.outcomes[0].written == .mebibytes(100))
        world.advance(by: .seconds(58))
        #expect(world.outcomes[0].written == .mebibytes(100))
        world.advance(by: .seconds(2))
        #expect(world.outcomes[0].written == .mebibytes(200))
    }

    @Test func `what is deleted is free in the filesystem and stays mapped in the pool`() throws {
        let world = try Bench(
            .oneVolume {
                var writer = Scenario.Writer.steady(.mebibytes(64))
                writer.amount = .mebibytes(512)
                writer.deletes = Scenario.Deletion(share: .percent(50), every: .seconds(20))
                $0.writers = [writer]
            })
        world.advance(by: .seconds(19))
        let full = try #require(world.volume())
        world.advance(by: .seconds(2))
        let half = try #require(world.volume())
        #expect(full.usage.used.less(half.usage.used) == .mebibytes(256))
        #expect(half.mapped == full.mapped)
    }

    @Test func `a filesystem that does not use freed space again maps more`() throws {
        func mapped(reuses: Bool) throws -> Bytes {
            let world = try Bench(
                .oneVolume {
                    guard case .filesystem(var filesystem) = $0.content else { return }
                    filesystem.reusesFreedSpace = reuses
                    $0.content = .filesystem(filesystem)
                    var writer = Scenario.Writer.steady(.mebibytes(8))
                    writer.deletes = Scenario.Deletion(share: .one, every: .seconds(10))
                    $0.writers = [writer]
                })
            world.advance(by: .seconds(60))
            return try #require(world.volume()).mapped
        }
        #expect(try mapped(reuses: false) > mapped(reuses: true) + .mebibytes(300))
    }

    @Test func `a pool that is full makes writers wait, and after a minute gives them errors`() throws {
        let world = try Bench(.tightPool())
        world.advance(by: .seconds(30))
        #expect(world.poolReport()?.mode == .outOfDataSpace)
        #expect(world.poolReport()?.whenFull == .queue)
        #expect(world.outcomes[0].errors == 0)
        world.advance(by: .seconds(60))
        #expect(world.poolReport()?.whenFull == .error)
        #expect(world.outcomes[0].errors == 1)
        #expect(world.outcomes[0].noSpace == 0)
    }

    @Test func `a full pool that is grown in time lets its writers go on`() throws {
        let world = try Bench(.tightPool(growingAt: .seconds(40)))
        world.advance(by: .seconds(39))
        #expect(world.poolReport()?.mode == .outOfDataSpace)
        world.advance(by: .seconds(60))
        #expect(world.poolReport()?.mode == .readWrite)
        #expect(world.outcomes[0].errors == 0)
        #expect(world.outcomes[0].noSpace == 1)
    }

    @Test func `a pool whose metadata is used up turns read-only and needs a check`() throws {
        var scenario = Scenario.oneVolume(pool: .gibibytes(100), size: .gibibytes(90)) {
            $0.writers = [.steady(.mebibytes(512))]
        }
        scenario.pools[0].metadataSize = .mebibytes(2)
        let world = try Bench(scenario)
        world.advance(by: .seconds(60))
        #expect(world.poolReport()?.mode == .readOnly)
        #expect(world.poolReport()?.needsCheck == true)
        #expect(world.outcomes[0].errors == 1)
    }

    @Test func `use beyond the reserve is recorded once`() throws {
        var scenario = Scenario.oneVolume(pool: .gibibytes(1), size: .mebibytes(1000)) { $0.writers = [.steady(.mebibytes(64))] }
        scenario.pools[0].reserve = .percent(20)
        let world = try Bench(scenario)
        world.advance(by: .seconds(5))
        #expect(world.chronicle.brokenReserves.isEmpty)
        world.advance(by: .seconds(60))
        #expect(world.chronicle.brokenReserves.count == 1)
        #expect(world.chronicle.brokenReserves.first?.limit == Bytes.gibibytes(1).less(Ratio.percent(20).of(.gibibytes(1))))
    }

    @Test func `a volume that goes gives its blocks back, and the next one gets its minor number`() throws {
        var scenario = Scenario.oneVolume { $0.vanishes = .seconds(10) }
        var second = scenario.volumes[0]
        second.appears = .seconds(20)
        second.vanishes = nil
        scenario.volumes.append(second)
        let world = try Bench(scenario)
        let first = try #require(world.look().volumes.first)
        world.advance(by: .seconds(15))
        #expect(world.look().volumes.isEmpty)
        #expect(world.poolReport()?.dataUsed == DataBlocks(0))
        world.advance(by: .seconds(15))
        let next = try #require(world.look().volumes.first)
        #expect(next.device.number == first.device.number)
        #expect(next.device.name == first.device.name)
        #expect(next.table.thinID != first.table.thinID)
    }
}
