// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Journal
import Logging
import Policy
import Testing
import Units

@testable import Engine

@Suite struct DecisionsTests {
    private func engine(_ host: BenchHost, _ bench: BenchJournal) -> Engine {
        let loaded = LoadedRules(rules: Rules(), file: nil)
        return Engine(
            host: host, rules: loaded, books: .journal(bench.journal), version: "test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, actsOnPlan: false
        ) { () throws(ReloadError) in loaded }
    }

    @Test func `what is decided is written down with its reason when it changes, and not at every look`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost()
        // 10 MiB of it are used.
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(12))] }
        let engine = engine(host, bench)
        for _ in 1...3 { await engine.look(.everything) }
        var written = try await bench.journal.history().map(\.entry)
        #expect(written.map(\.event) == ["would_grow"] && written.map(\.reason) == ["threshold"])
        #expect(written.first?.volume == "web" && written.first?.text.hasPrefix("would be grown from 12MiB to ") == true)
        #expect(written.first?.before == .mebibytes(12) && written.first?.author == "rules")

        host.with { $0.pools[0].device.isSuspended = true }
        for _ in 1...3 { await engine.look(.everything) }
        var query = HistoryQuery()
        query.volume = "web"
        written = try await bench.journal.history(query).map(\.entry)
        #expect(written.map(\.event) == ["would_grow", "refused"])
    }

    @Test func `decisions that cannot be written down stop growth, and nothing else`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost()
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(12))] }
        let engine = engine(host, bench)
        await engine.look(.everything)
        await bench.journal.close()
        await engine.look(.everything)
        await engine.look(.everything)
        #expect(await engine.hostBar?.reason == .journal)
        #expect(engine.report().polls.lastSucceeded)
    }
}
