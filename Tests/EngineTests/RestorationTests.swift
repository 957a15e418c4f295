// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Journal
import Owners
import Testing
import Units

@testable import Engine

@Suite struct RestorationTests {
    private let identity = VolumeIdentity.volume("pool-snap-3", id: 3)

    /// A volume born with 256 MiB, grown to 512 MiB on a device of 1 GiB.
    private func prepared(owner: Owner? = nil) async throws -> BenchJournal {
        let bench = try await BenchJournal()
        let container = Owner.containerd(ContainerdSnapshot(role: .container, number: 3, container: Container(id: "web")))
        let kept = KeptVolume(
            identity: identity, owner: owner ?? container, length: Bytes.gibibytes(1).wholeSectors,
            filesystemSize: .mebibytes(512))
        try await bench.journal.keep(kept)
        try await bench.journal.recordBirth(of: identity, size: .mebibytes(256), at: WallTime(seconds: 1))
        return bench
    }

    private func outcome(
        _ bench: BenchJournal, _ change: @Sendable (inout BenchHost.State) -> Void
    ) async throws -> (Restoration.Restored.Outcome?, host: BenchHost) {
        let host = BenchHost()
        host.with { change(&$0) }
        return (try await Restoration(host: host, journal: bench.journal).run().first?.outcome, host)
    }

    @Test func `a device that is gone comes back at its grown length, and stays kept`() async throws {
        let bench = try await prepared()
        let (outcome, host) = try await outcome(bench) { $0.blocks[3] = BenchHost.filesystem(.mebibytes(512)) }
        #expect(outcome == .restored(.gibibytes(1)))
        #expect(host.with { $0.volumes.first?.table.length.bytes } == .gibibytes(1))
        #expect(try await bench.journal.kept().map(\.identity) == [identity])
    }

    /// A growth on the runway is written down after it was done, and a power cut may undo what was written down.
    @Test(arguments: [260, 600, 1024] as [UInt64])
    func `a filesystem of another size than is known is still the grown one`(mebibytes: UInt64) async throws {
        let bench = try await prepared()
        let (outcome, _) = try await outcome(bench) {
            $0.blocks[3] = BenchHost.filesystem(.mebibytes(mebibytes))
            $0.unreadLooks = 5
        }
        #expect(outcome == .restored(.gibibytes(1)))
    }

    @Test(arguments: [128, 256, 1028] as [UInt64])
    func `a filesystem that cannot be the grown one is given back and forgotten`(mebibytes: UInt64) async throws {
        let bench = try await prepared()
        let (outcome, host) = try await outcome(bench) { $0.blocks[3] = BenchHost.filesystem(.mebibytes(mebibytes)) }
        guard case .forgotten? = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(host.with { $0.volumes } == [])
        #expect(try await bench.journal.kept() == [])
    }

    @Test func `an XFS whose superblock is older than its growth stays, since its log has the rest`() async throws {
        let bench = try await prepared()
        let (outcome, _) = try await outcome(bench) { $0.blocks[3] = BenchHost.xfs(.mebibytes(256)) }
        #expect(outcome == .restored(.gibibytes(1)))
        #expect(try await bench.journal.kept().map(\.identity) == [identity])
        let other = try await self.outcome(bench) { $0.blocks[3] = BenchHost.xfs(.mebibytes(128)) }
        #expect(other.host.with { $0.volumes } == [])
    }

    @Test func `a journal that takes no writes tells what to restore all the same`() async throws {
        let bench = try await prepared()
        await bench.journal.close()
        let remains = try #require(await Journal.remains(in: bench.directory))
        #expect(remains.kept.map(\.identity) == [identity] && remains.births == [identity: .mebibytes(256)])
        let host = BenchHost()
        host.with { $0.blocks[3] = BenchHost.filesystem(.mebibytes(512)) }
        #expect(try await Restoration(host: host, remains: remains).run().map(\.outcome) == [.restored(.gibibytes(1))])
    }

    @Test func `all are made before any is read, so that they take their time together`() async throws {
        let bench = try await prepared()
        let others = (4...40).map { VolumeIdentity.volume(DeviceName("pool-snap-\($0)"), id: UInt32($0)) }
        for identity in others {
            try await bench.journal.keep(
                KeptVolume(
                    identity: identity, owner: .plain, length: Bytes.gibibytes(1).wholeSectors, filesystemSize: .mebibytes(512)))
        }
        let host = BenchHost()
        host.with { state in
            for id in 3...40 { state.blocks[UInt32(id)] = BenchHost.filesystem(.mebibytes(512)) }
            state.unreadLooks = 5
        }
        let restored = try await Restoration(host: host, journal: bench.journal).run()
        #expect(restored.count == 38 && restored.allSatisfy { $0.outcome == .restored(.gibibytes(1)) })
        #expect(host.events.count { $0 == .looked } < 10)
        let lastMade = try #require(host.events.lastIndex { if case .step = $0 { true } else { false } })
        #expect(host.events[..<lastMade].count { $0 == .looked } == 1)
    }

    @Test func `a volume that the pool has no more is forgotten`() async throws {
        let bench = try await prepared()
        let (outcome, _) = try await outcome(bench) { _ in }
        guard case .forgotten? = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(try await bench.journal.kept() == [])
    }

    @Test func `a thin id that another device has now is forgotten without a step`() async throws {
        let bench = try await prepared()
        let (outcome, host) = try await outcome(bench) { $0.volumes = [BenchHost.volume("other", id: 3, size: .gibibytes(1))] }
        guard case .forgotten? = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(host.events == [.looked])
    }

    @Test func `what is there already, or whose pool is not there, is left as it is`() async throws {
        let bench = try await prepared()
        let there = try await outcome(bench) { [name = identity.name] in
            $0.volumes = [BenchHost.volume(name, id: 3, size: .mebibytes(256))]
        }
        #expect(there.0 == .present && there.host.events == [.looked])
        let without = try await outcome(bench) { $0.pools = [] }
        #expect(without.0 == .poolAbsent && without.host.events == [.looked])
        #expect(try await bench.journal.kept().count == 1)
    }

    @Test func `what an earlier run made and did not live to look at is looked at now, unless its owner has it open`()
        async throws
    {
        func rerun(filesystem: Bytes, openCount: UInt32) async throws -> (Restoration.Restored.Outcome?, host: BenchHost) {
            let bench = try await prepared()
            try await bench.journal.beginRestoring([identity])
            let result = try await outcome(bench) { [name = identity.name] in
                $0.volumes = [BenchHost.volume(name, id: 3, size: .gibibytes(1))]
                $0.volumes[0].content = BenchHost.filesystem(filesystem)
                $0.volumes[0].device.openCount = openCount
            }
            #expect(try await bench.journal.restoring() == [])
            return result
        }
        let right = try await rerun(filesystem: .mebibytes(512), openCount: 0)
        #expect(right.0 == .restored(.gibibytes(1)) && !right.host.events.contains(.step("release", identity.name)))
        let wrong = try await rerun(filesystem: .mebibytes(128), openCount: 0)
        #expect(wrong.host.events.last == .step("release", identity.name))
        let open = try await rerun(filesystem: .mebibytes(128), openCount: 1)
        #expect(open.0 == .present && open.host.events == [.looked])
    }

    @Test func `what could not be looked at is looked at by the next run`() async throws {
        let bench = try await prepared()
        _ = try await outcome(bench) {
            $0.blocks[3] = BenchHost.filesystem(.mebibytes(512))
            $0.unreadLooks = .max
        }
        #expect(try await bench.journal.restoring() == [identity])
    }

    @Test func `what fails or cannot be read is told, and stays kept`() async throws {
        let bench = try await prepared()
        let failed = try await outcome(bench) { $0.failures["restore"] = .failed(errno: 5, text: "the pool is dead") }
        #expect(failed.0 == .failed("the pool is dead"))
        let unread = try await outcome(bench) {
            $0.blocks[3] = BenchHost.filesystem(.mebibytes(512))
            $0.unreadLooks = .max
        }
        guard case .failed? = unread.0 else {
            Issue.record("\(String(describing: unread.0))")
            return
        }
        #expect(try await bench.journal.kept().count == 1)
    }

    @Test func `Docker's are left to dockerd`() async throws {
        let bench = try await prepared(owner: .docker(DockerVolume(role: .container, hash: "abc")))
        let (outcome, host) = try await outcome(bench) { _ in }
        #expect(outcome == nil && host.events == [])
        #expect(try await bench.journal.kept().count == 1)
    }
}
