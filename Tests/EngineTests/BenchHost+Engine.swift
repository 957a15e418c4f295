// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Logging
import Units

@testable import Engine
@testable import Journal
@testable import Policy

extension BenchHost {
    /// On this host, in mode enforce. Without `acts` nothing is grown but what is asked for.
    func engine(_ books: Books = .none, acts: Bool = true) -> Engine {
        var rules = Rules()
        rules.mode = .enforce
        let loaded = LoadedRules(rules: rules, file: nil)
        return Engine(
            host: self, rules: loaded, books: books, version: "test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, actsOnPlan: acts
        ) { () throws(ReloadError) in loaded }
    }

    /// One volume with less free than the burst guarantee asks: it is grown as soon as it may be.
    static func hungry() -> BenchHost {
        let host = BenchHost()
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: .mebibytes(64))] }
        return host
    }
}

extension Journal {
    /// What became of overrides, newest first.
    func overrideEvents(limit: Int) async throws(JournalError) -> [HistoryEntry] {
        var query = HistoryQuery()
        query.kind = .override
        query.limit = limit
        return try await history(query).map(\.entry).reversed()
    }
}
