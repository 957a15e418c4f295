// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Host
import Logging
import Policy
import Testing
import Units

@testable import Engine
@testable import Journal

@Suite(.timeLimit(.minutes(1))) struct EngineHistoryTests {
    private func until(_ condition: () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func `what was decided is told before what came of it`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost()
        // 10 MiB of it are used.
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(12))] }
        let engine = host.engine(.journal(bench.journal))
        let run = Task { await engine.run() }
        try await until { try await bench.journal.history(.growths).contains { $0.entry.before == .mebibytes(12) } }
        run.cancel()
        await run.value
        let told = try await bench.journal.history().map(\.entry).filter { !$0.isRunway }
        let decided = try #require(told.firstIndex { $0.event == "grow" && $0.before == .mebibytes(12) })
        let grown = try #require(told.firstIndex { $0.event == "done" && $0.before == .mebibytes(12) })
        #expect(decided < grown)
        #expect(told.allSatisfy { $0.volume == "web" && $0.author == "rules" })
    }

    @Test func `a wish of a person that is refused is told with his name, one that he only tried is not`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost.hungry()
        host.with { $0.pools[0].device.isSuspended = true }
        let engine = host.engine(.journal(bench.journal), acts: false)
        await engine.lookOnce()
        var request = GrowRequest(
            volume: "web", by: .mebibytes(64), dryRun: true, asked: Asked(author: "alice", source: .api, reason: "more logs"))
        _ = await engine.grow(request)
        #expect(try await bench.journal.history().allSatisfy { $0.entry.author == "rules" })
        request.dryRun = false
        guard case .refused(let refusal) = await engine.grow(request) else {
            Issue.record("it was granted")
            return
        }
        let told = try #require(try await bench.journal.history().last?.entry)
        #expect(told.kind == .decision && told.event == "refused" && told.author == "alice" && told.source == .api)
        #expect(told.reason == refusal.reason.rawValue && told.text.contains("more logs") && told.text.contains(refusal.text))
    }

    @Test func `growth goes on beside an audit log that cannot be written, and that is counted`() async throws {
        let bench = try await BenchJournal()
        var rules = Rules()
        rules.mode = .enforce
        // A folder is no file.
        rules.audit = .file("/tmp")
        let loaded = LoadedRules(rules: rules, file: nil)
        let engine = Engine(
            host: BenchHost.hungry(), rules: loaded, books: .journal(bench.journal), version: "test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { () throws(ReloadError) in loaded }
        let run = Task { await engine.run() }
        try await until { engine.report().errors[ErrorKey(part: "audit", kind: "failed")] ?? 0 > 0 }
        try await until { try await bench.journal.history(.growths).contains { $0.entry.event == "done" && !$0.entry.isRunway } }
        run.cancel()
        await run.value
        #expect(await engine.hostBar == nil)
    }

    @Test func `once its books are closed, all of it is in the one file`() async throws {
        let bench = try await BenchJournal()
        let engine = BenchHost.hungry().engine(.journal(bench.journal))
        let run = Task { await engine.run() }
        try await until { try await bench.journal.history(.growths).contains { $0.entry.event == "done" } }
        run.cancel()
        await run.value
        #expect(access(bench.database + "-wal", F_OK) == 0)
        await engine.closeBooks()
        #expect(access(bench.database + "-wal", F_OK) != 0)
        await #expect(throws: JournalError.closed) { try await bench.journal.probe() }
    }

    @Test func `without a journal there is no history, and with a broken one it is said why`() async throws {
        let none = BenchHost.hungry().engine()
        #expect(try await none.history(HistoryQuery()).isEmpty)
        let broken = BenchHost.hungry().engine(.broken(.full(path: "/x"), nil))
        await #expect(throws: JournalError.full(path: "/x")) { _ = try await broken.history(HistoryQuery()) }
        await #expect(throws: JournalError.full(path: "/x")) { _ = try await broken.verifyHistory() }
    }
}

extension HistoryQuery {
    fileprivate static var growths: HistoryQuery {
        var query = HistoryQuery()
        query.kind = .growth
        return query
    }
}
