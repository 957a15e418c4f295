// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Journal
import Logging
import Owners
import Policy
import Synchronization
import Testing
import Units

@testable import Engine

@Suite struct KeepingTests {
    private static let docker = DockerVolume(role: .container, hash: "abc")
    private let identity = VolumeIdentity.volume("web", id: 1)

    private func engine(
        _ host: BenchHost, _ bench: BenchJournal, mode: Mode = .observe, hook: OwnerHook? = nil
    ) -> Engine {
        var rules = Rules()
        rules.mode = mode
        rules.plainHook = hook
        let loaded = LoadedRules(rules: rules, file: nil)
        return Engine(
            host: host, rules: loaded, books: .journal(bench.journal), version: "test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, actsOnPlan: mode == .enforce
        ) { () throws(ReloadError) in loaded }
    }

    private func order(_ lasting: Lasting, deviceTo: Bytes = .gibibytes(1)) -> Order {
        Order(
            volume: identity, kind: .ext4, lasting: lasting, reason: .manual, from: .mebibytes(256), to: .mebibytes(512),
            deviceFrom: Bytes.mebibytes(256).wholeSectors, deviceTo: deviceTo.wholeSectors, price: .zero)
    }

    /// What the journal kept at each step of a growth.
    private final class Witness: Sendable {
        let seen = Mutex<[[KeptVolume]]>([])
    }

    @Test(arguments: [Lasting.byRecord(KeepingTests.docker), .byRestoring])
    func `a volume is in the journal before the first step, and its filesystem's size after the last`(
        lasting: Lasting
    ) async throws {
        let bench = try await BenchJournal()
        let witness = Witness()
        let host = BenchHost { _ in
            let kept = try? await bench.journal.kept()
            witness.seen.withLock { $0.append(kept ?? []) }
        }
        let owner: Owner = if case .byRecord(let volume) = lasting { .docker(volume) } else { .plain }
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(256), owner: owner)] }
        let engine = engine(host, bench)
        await engine.lookOnce()
        let finished = await engine.mend(order(lasting))
        #expect(finished.failure == nil)
        let before = KeptVolume(
            identity: identity, owner: owner, length: Bytes.gibibytes(1).wholeSectors, filesystemSize: .mebibytes(256))
        let seen = witness.seen.withLock { $0 }
        #expect(seen.count >= 3 && seen.allSatisfy { $0 == [before] })
        var after = before
        after.filesystemSize = .mebibytes(512)
        #expect(try await bench.journal.kept() == [after])
    }

    /// Somebody else has made the device longer than its owner knows it.
    @Test(arguments: [
        Owner.docker(KeepingTests.docker), .containerd(ContainerdSnapshot(role: .container, number: 1)), .plain,
    ])
    func `a growth that leaves the device as long as it is keeps it so, where the owner would make it anew at its own size`(
        owner: Owner
    ) async throws {
        let bench = try await BenchJournal()
        let host = BenchHost()
        host.with {
            $0.volumes = [BenchHost.volume("web", id: 1, size: .gibibytes(1), filesystem: .mebibytes(256), owner: owner)]
        }
        let engine = engine(host, bench)
        await engine.lookOnce()
        var order = order(owner.lasting)
        order.deviceFrom = order.deviceTo
        _ = await engine.mend(order)
        let kept = KeptVolume(identity: identity, owner: owner, length: order.deviceTo, filesystemSize: .mebibytes(512))
        #expect(try await bench.journal.kept() == (owner == .plain ? [] : [kept]))
        #expect(host.events.filter { if case .step = $0 { true } else { false } } == [.step("grow_filesystem", "web")])
    }

    private static let hook = OwnerHook(command: ["/sbin/note"])

    private func steps(_ host: BenchHost) -> [String] {
        host.events.compactMap { if case .step(let name, _) = $0 { name } else { nil } }
    }

    @Test func `a plain volume's owner is told before its device gets longer, and what it was told is kept`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost()
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(256))] }
        let engine = engine(host, bench, hook: KeepingTests.hook)
        await engine.lookOnce()
        #expect(await engine.mend(order(.byRestoring)).failure == nil)
        #expect(steps(host) == ["run_hook", "load_table", "resume", "grow_filesystem"])
        #expect(try await bench.journal.kept().map(\.told) == [Bytes.gibibytes(1).wholeSectors])
        #expect(try await bench.journal.recent(1).first?.order.hook == KeepingTests.hook)
        // The room of a length that was told needs no second word, not after a restart either.
        let next = self.engine(host, bench, hook: KeepingTests.hook)
        await next.lookOnce()
        var order = order(.byRestoring)
        (order.from, order.to, order.deviceFrom) = (.mebibytes(512), .mebibytes(768), order.deviceTo)
        #expect(await next.mend(order).failure == nil)
        #expect(steps(host).count { $0 == "run_hook" } == 1)
    }

    @Test func `a hook that fails keeps the device as it is, and room that it has not taken down from the filesystem`()
        async throws
    {
        let bench = try await BenchJournal()
        let host = BenchHost()
        host.with {
            $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(256))]
            $0.failures["run_hook"] = .failed(errno: 0, text: "the disk is full")
        }
        let engine = engine(host, bench, hook: KeepingTests.hook)
        await engine.lookOnce()
        #expect(await engine.mend(order(.byRestoring)).failure == "run_hook: the disk is full")
        #expect(steps(host) == ["run_hook"])
        // A boot later the device is as long as the journal says: longer than the owner has ever taken down.
        host.with { $0.volumes[0].table.length = Bytes.gibibytes(1).wholeSectors }
        let next = self.engine(host, bench, hook: KeepingTests.hook)
        await next.lookOnce()
        var order = order(.byRestoring)
        order.deviceFrom = order.deviceTo
        #expect(await next.mend(order).failure != nil)
        #expect(steps(host) == ["run_hook", "run_hook"])
        host.with { $0.failures = [:] }
        #expect(await next.mend(order).failure == nil)
        #expect(steps(host).suffix(2) == ["run_hook", "grow_filesystem"])
        #expect(try await bench.journal.kept().map(\.told) == [Bytes.gibibytes(1).wholeSectors])
    }

    @Test func `the hook is for plain volumes, and is not run for what only observes, is only planned or stays as long`()
        async throws
    {
        let bench = try await BenchJournal()
        let host = BenchHost()
        let snapshot = ContainerdSnapshot(role: .container, number: 1, container: Container(id: "c"))
        host.with {
            $0.volumes = [
                BenchHost.volume("web", id: 1, size: .mebibytes(256), owner: .containerd(snapshot)),
                BenchHost.volume("shop", id: 2, size: .gibibytes(3)),
            ]
        }
        let engine = engine(host, bench, hook: KeepingTests.hook)
        await engine.lookOnce()
        #expect(await engine.mend(order(.byRestoring)).failure == nil)
        #expect(!steps(host).contains("run_hook"))
        let answer = await engine.grow(GrowRequest(volume: "shop", to: .gibibytes(4), dryRun: true))
        guard case .planned(let planned) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(planned.hook == KeepingTests.hook)
        var order = order(.byRestoring)
        order.volume = .volume("shop", id: 2)
        order.deviceFrom = order.deviceTo
        #expect(await engine.mend(order).failure == nil)
        #expect(!steps(host).contains("run_hook"))
    }

    @Test func `what cannot be written down is not begun`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost()
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(256))] }
        let engine = engine(host, bench)
        await engine.lookOnce()
        await bench.journal.close()
        #expect(await engine.mend(order(.byRestoring)).failure?.hasPrefix("journal") == true)
        #expect(host.events == [.looked])
    }

    @Test func `the daemon keeps what earlier runs grew before it looks, where an owner takes devices away`() async throws {
        let bench = try await BenchJournal()
        func kept(_ name: DeviceName, id: UInt32, owner: Owner) -> KeptVolume {
            KeptVolume(identity: .volume(name, id: id), owner: owner, length: Sectors(2048), filesystemSize: .mebibytes(1))
        }
        try await bench.journal.keep(kept("b", id: 1, owner: .docker(KeepingTests.docker)))
        try await bench.journal.keep(kept("a", id: 2, owner: .docker(KeepingTests.docker)))
        try await bench.journal.keep(kept("plain", id: 3, owner: .plain))
        let host = BenchHost()
        let running = engine(host, bench)
        let run = Task { await running.run() }
        while !host.events.contains(.looked) { try await Task.sleep(for: .milliseconds(1)) }
        #expect(host.events.prefix(2) == [.kept(["a", "b"]), .looked])
        // One that its owner has given up is let go and forgotten.
        host.with { $0.released = [.volume("a", id: 2)] }
        while host.events.last(where: { if case .kept = $0 { true } else { false } }) != .kept(["b"]) {
            try await Task.sleep(for: .milliseconds(1))
        }
        run.cancel()
        await run.value
        #expect(Set(try await bench.journal.kept().map(\.identity.name)) == ["b", "plain"])
    }

    @Test func `a table that a growth left behind when it was cut off is cleared at the start, but never LVM's`() async throws {
        let bench = try await BenchJournal()
        _ = try await bench.journal.begin(order(.byRestoring), at: WallTime(seconds: 1))
        var logical = order(.byLogicalVolume(LogicalVolume(volumeGroup: "vg", name: "lv")))
        logical.volume = .volume("vg-lv", id: 2)
        _ = try await bench.journal.begin(logical, at: WallTime(seconds: 1))
        let host = BenchHost()
        await engine(host, bench).lookOnce()
        #expect(host.events == [.step("clear_table", "web"), .looked])
        #expect(try await bench.journal.unfinished() == [])
    }

    @Test func `a name or a thin id that is another volume's now is forgotten, and what is only absent is not`() async throws {
        let bench = try await BenchJournal()
        for (name, id) in [("renamed", 1), ("remade", 2), ("absent", 3), ("present", 4)] as [(DeviceName, UInt32)] {
            try await bench.journal.keep(
                KeptVolume(
                    identity: .volume(name, id: id), owner: .plain, length: Sectors(2048), filesystemSize: .mebibytes(1)))
        }
        let host = BenchHost()
        host.with {
            $0.volumes = [
                BenchHost.volume("other", id: 1, size: .mebibytes(256)), BenchHost.volume("remade", id: 7, size: .mebibytes(256)),
                BenchHost.volume("present", id: 4, size: .mebibytes(256)),
            ]
        }
        await engine(host, bench).lookOnce()
        #expect(Set(try await bench.journal.kept().map(\.identity.name)) == ["absent", "present"])
    }

    @Test func `in mode enforce a device that came back too small gets its filesystem's length, without a growth`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost()
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(256), filesystem: .gibibytes(3))] }
        let running = engine(host, bench, mode: .enforce)
        let run = Task { await running.run() }
        // It may have its runway by the time that this looks.
        func length() -> Bytes { host.with { $0.volumes.first?.table.length.bytes ?? .zero } }
        while length() < .gibibytes(3) { try await Task.sleep(for: .milliseconds(1)) }
        run.cancel()
        await run.value
        let steps = host.events.compactMap { if case .step(let name, _) = $0 { name } else { nil } }
        #expect(steps.prefix(2) == ["load_table", "resume"])
        #expect(!steps.contains("grow_filesystem"))
        #expect(try await bench.journal.kept().map(\.identity) == [identity])
    }
}
