// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Testing
import Units

@testable import Simulation

@Suite struct WorldFaultTests {
    private let two = Bytes.gibibytes(2).wholeSectors

    private func world(with faults: Scenario.Fault..., change: (inout Scenario.Volume) -> Void = { _ in }) throws -> Bench {
        var scenario = Scenario.oneVolume(change)
        scenario.faults = faults
        return try Bench(scenario)
    }

    @Test func `a resume that fails leaves its inactive table, and works the next time`() throws {
        let world = try world(with: .init(.resumeFails, "volume", at: .zero, times: 1))
        _ = world.perform(.loadTable(world.identity(), length: two))
        guard case .failed(let errno, _) = world.perform(.resume(world.identity(), length: two)).outcome else {
            Issue.record("the resume did not fail")
            return
        }
        #expect(errno == 22)
        #expect(world.look().volumes[0].device.hasInactiveTable)
        #expect(world.volume()?.length == Bytes.gibibytes(1).wholeSectors)
        #expect(world.perform(.clearTable(world.identity())).outcome == .done)
        #expect(!world.look().volumes[0].device.hasInactiveTable)
        _ = world.perform(.loadTable(world.identity(), length: two))
        #expect(world.perform(.resume(world.identity(), length: two)).outcome == .done)
    }

    @Test func `a load that fails changes nothing`() throws {
        let world = try world(with: .init(.loadFails, "volume", at: .zero, times: 1))
        guard case .failed = world.perform(.loadTable(world.identity(), length: two)).outcome else {
            Issue.record("the load did not fail")
            return
        }
        #expect(!world.look().volumes[0].device.hasInactiveTable)
    }

    @Test func `a growth that is stuck takes effect when whatever holds it up is over`() throws {
        let world = try world(with: .init(.growStuck, "volume", at: .zero, lasts: .seconds(100)))
        _ = world.perform(.loadTable(world.identity(), length: two))
        _ = world.perform(.resume(world.identity(), length: two))
        let report = world.perform(.growFilesystem(world.identity(), kind: .ext4, size: .gibibytes(2)))
        #expect(report.outcome == .stuck(after: Scenario.Timing().stepDeadline))
        #expect(world.volume()?.geometry?.size == .gibibytes(1))
        world.advance(by: .seconds(100))
        #expect(world.volume()?.geometry?.size == .gibibytes(2))
    }

    @Test func `a filesystem that does not answer is shown as stuck and holds up one look`() throws {
        let world = try world(with: .init(.statfsStuck, "volume", at: .seconds(10), lasts: .seconds(20))) {
            $0.writers = [.steady(.mebibytes(1))]
        }
        let before = world.look().duration
        world.advance(by: .seconds(11))
        let facts = world.look()
        #expect(facts.duration == before + Scenario.Timing().statfsDeadline)
        #expect(facts.complaints.map(\.part) == ["statfs"])
        guard case .mounted(let filesystem) = facts.volumes[0].content else {
            Issue.record("it is \(facts.volumes[0].content)")
            return
        }
        #expect(filesystem.reading == .stuck)
        #expect(world.look().duration == before)
        let written = world.outcomes[0].written
        world.advance(by: .seconds(18))
        #expect(world.outcomes[0].written == written)
        world.advance(by: .seconds(10))
        #expect(world.outcomes[0].written > written)
    }

    @Test func `a suspended volume says so, and its growth is refused`() throws {
        let world = try world(with: .init(.suspended, "volume", at: .seconds(1), lasts: .seconds(5)))
        _ = world.perform(.loadTable(world.identity(), length: two))
        _ = world.perform(.resume(world.identity(), length: two))
        world.advance(by: .seconds(2))
        #expect(world.look().volumes[0].device.isSuspended)
        guard case .refused = world.perform(.growFilesystem(world.identity(), kind: .ext4, size: .gibibytes(2))).outcome else {
            Issue.record("it was not refused")
            return
        }
        world.advance(by: .seconds(5))
        #expect(!world.look().volumes[0].device.isSuspended)
    }

    @Test(arguments: [Scenario.Fault.Kind.noInodes, .zeroSize])
    func `a bad sample is there in one look and gone in the next`(kind: Scenario.Fault.Kind) throws {
        let world = try world(with: .init(kind, "volume", at: .seconds(1), times: 1))
        let good = try #require(world.volume()).usage
        world.advance(by: .seconds(2))
        let bad = try #require(world.volume()).usage
        #expect(bad.inodes == 0)
        #expect((bad.size == .zero) == (kind == .zeroSize))
        #expect(world.volume()?.usage == good)
    }

    @Test func `a pool that fails says so, and so do its volumes`() throws {
        let world = try world(with: .init(.poolFails, "pool", at: .seconds(5))) { $0.writers = [.steady(.mebibytes(1))] }
        world.advance(by: .seconds(6))
        let facts = world.look()
        #expect(facts.pools[0].status == .failed)
        #expect(facts.volumes[0].status == .failed)
        #expect(world.outcomes[0].errors == 1)
    }

    @Test func `a filesystem that turns read-only gives its writer errors`() throws {
        let world = try world(with: .init(.readOnly, "volume", at: .seconds(5))) { $0.writers = [.steady(.mebibytes(1))] }
        world.advance(by: .seconds(10))
        #expect(world.outcomes[0].errors == 1)
        guard case .mounted(let filesystem) = world.look().volumes[0].content else {
            Issue.record("it is not mounted")
            return
        }
        #expect(filesystem.isReadOnly)
    }
}
