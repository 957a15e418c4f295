// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Logging
import Owners
import Policy
import Synchronization
import Testing
import Units

@testable import Engine
@testable import Journal

@Suite(.timeLimit(.minutes(1))) struct BrokenJournalTests {
    private let identity = VolumeIdentity.volume("web", id: 1)

    private func engine(
        _ host: BenchHost, _ books: Books, acts: Bool = true, reopen: (@Sendable () async -> Books)? = nil
    ) -> Engine {
        var rules = Rules()
        rules.mode = .enforce
        let loaded = LoadedRules(rules: rules, file: nil)
        return Engine(
            host: host, rules: loaded, books: books, version: "test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, actsOnPlan: acts, reopenBooks: reopen
        ) { () throws(ReloadError) in loaded }
    }

    /// One volume with less free than the burst guarantee asks: it is grown as soon as it may be.
    private func hungryHost() -> BenchHost {
        let host = BenchHost()
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(64))] }
        return host
    }

    private func hasGrown(_ host: BenchHost) -> Bool { host.events.contains(.step("resume", "web")) }

    private func isBarred(_ engine: Engine) -> Bool { engine.report().plan?.pools.first?.bar?.reason == .journal }

    private func until(_ condition: @Sendable () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func `a journal that takes nothing stops all growth, and growth goes on by itself once it does`() async throws {
        let bench = try await BenchJournal(busy: .milliseconds(20))
        let other = try Connection.open(path: bench.database, busy: .seconds(1))
        try other.execute("BEGIN IMMEDIATE")
        let host = hungryHost()
        let running = engine(host, .journal(bench.journal))
        let run = Task { await running.run() }
        try await until { isBarred(running) }
        #expect(running.report().errors[ErrorKey(part: "journal", kind: "failed")] ?? 0 > 0)
        #expect(!hasGrown(host))
        try other.execute("ROLLBACK")
        try await until { hasGrown(host) && !isBarred(running) }
        while try await bench.journal.recent(1).first?.outcome == nil { try await Task.sleep(for: .milliseconds(1)) }
        run.cancel()
        await run.value
        #expect(try await bench.journal.kept().map(\.identity) == [identity])
    }

    @Test func `a growth on the runway that could not be written down stops the next one`() async throws {
        let bench = try await BenchJournal(busy: .milliseconds(20))
        let host = BenchHost()
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .gibibytes(1), filesystem: .mebibytes(64))] }
        let engine = engine(host, .journal(bench.journal), acts: false)
        await engine.lookOnce()
        let other = try Connection.open(path: bench.database, busy: .seconds(1))
        try other.execute("BEGIN IMMEDIATE")
        guard case .done = await engine.grow(GrowRequest(volume: "web", by: .mebibytes(64))) else {
            Issue.record("the writer was left waiting for the journal")
            return
        }
        guard case .refused(let refusal) = await engine.grow(GrowRequest(volume: "web", by: .mebibytes(64))) else {
            Issue.record("it is grown although nothing can be written down")
            return
        }
        #expect(refusal.reason == .journal)
    }

    @Test func `a journal that could not be opened is opened again, and tells what was kept`() async throws {
        let bench = try await BenchJournal()
        let docker = Owner.docker(DockerVolume(role: .container, hash: "abc"))
        try await bench.journal.keep(
            KeptVolume(identity: .volume("gone", id: 9), owner: docker, length: Sectors(2048), filesystemSize: .mebibytes(1)))
        let host = hungryHost()
        let tries = Atomic<Int>(0)
        let broken = Books.broken(.full(path: "/state"), nil)
        let running = engine(host, broken) { tries.add(1, ordering: .relaxed).newValue < 3 ? broken : .journal(bench.journal) }
        let run = Task { await running.run() }
        try await until { hasGrown(host) }
        run.cancel()
        await run.value
        #expect(tries.load(ordering: .relaxed) == 3)
        #expect(host.events.contains(.kept(["gone"])))
    }

    @Test func `what a journal tells that takes no writes is kept in being meanwhile`() async throws {
        let docker = Owner.docker(DockerVolume(role: .container, hash: "abc"))
        let kept = KeptVolume(
            identity: .volume("grown", id: 9), owner: docker, length: Sectors(2048), filesystemSize: .mebibytes(1))
        let host = hungryHost()
        let broken = Books.broken(.full(path: "/state"), Journal.Remains(kept: [kept], births: [:]))
        let running = engine(host, broken) { broken }
        let run = Task { await running.run() }
        try await until { isBarred(running) && host.events.count > 50 }
        run.cancel()
        await run.value
        #expect(host.events.contains(.kept(["grown"])))
        #expect(!hasGrown(host))
    }

    @Test(arguments: [
        JournalError.corrupt(path: "/state", reason: "x"), .newerSchema(path: "/state", found: 9, known: 1),
        .foreign(path: "/state"),
    ])
    func `one that is damaged or another's is let alone until somebody restarts`(error: JournalError) async throws {
        let host = hungryHost()
        let running = engine(host, .broken(error, nil)) {
            Issue.record("it was opened again")
            return .none
        }
        let run = Task { await running.run() }
        try await until { host.events.count > 200 }
        #expect(isBarred(running))
        run.cancel()
        await run.value
        #expect(!host.events.contains { if case .step = $0 { true } else { false } })
    }

    @Test func `what was let go and what was kept while nothing could be written is written afterwards`() async throws {
        let bench = try await BenchJournal(busy: .milliseconds(20))
        let host = BenchHost()
        let kept = KeptVolume(identity: identity, owner: .plain, length: Sectors(2_097_152), filesystemSize: .mebibytes(64))
        try await bench.journal.keep(kept)
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .gibibytes(1), filesystem: .mebibytes(64))] }
        let running = engine(host, .journal(bench.journal))
        let other = try Connection.open(path: bench.database, busy: .seconds(1))
        try other.execute("BEGIN IMMEDIATE")
        let run = Task { await running.run() }
        try await until { isBarred(running) }
        host.with { $0.released = [identity] }
        let count = host.events.count
        try await until { host.events.count > count + 20 }
        // Somebody else's now: no growth makes it kept again.
        host.with { $0.volumes = [] }
        try other.execute("ROLLBACK")
        try await until { !isBarred(running) }
        run.cancel()
        await run.value
        #expect(try await bench.journal.kept() == [])
    }
}
