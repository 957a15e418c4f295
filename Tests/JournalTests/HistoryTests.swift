// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Policy
import Testing
import Units

@testable import Journal

extension JournaledDecision {
    static func about(_ name: DeviceName, at time: WallTime, _ text: String = "why") -> JournaledDecision {
        JournaledDecision(time: time, volume: name, pool: "pool", verdict: .refused, reason: "reserve", text: text)
    }
}

extension HistoryQuery {
    static func of(_ volume: String? = nil, _ change: (inout HistoryQuery) -> Void = { _ in }) -> HistoryQuery {
        var query = HistoryQuery()
        query.volume = volume
        change(&query)
        return query
    }
}

@Suite struct HistoryTests {
    @Test func `Growths, decisions, overrides and alerts are one story in order`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.record([.about("a", at: .day(1))])
        var order = Order.numbered(1)
        order.asked = Asked(author: "alice", source: .cli, reason: "more logs")
        let id = try await journal.begin(order, at: .day(1))
        try await journal.change(
            OverrideChanges(events: [JournaledOverride(time: .day(2), event: .set, by: nil, override: .numbered(1))]))
        try await journal.finish(
            id, GrowthOutcome(.failed, finishedAt: .day(3), reached: .mebibytes(300), failure: "resume: no"),
            in: .init(id: "abc", name: "web"))
        try await journal.record([
            JournaledAlert(
                time: .day(4), author: "Filling", result: "granted", reason: "full", text: "held", volume: "a", pool: "p")
        ])
        let told = try await journal.history()
        #expect(told.map(\.id) == [1, 2, 3, 4])
        #expect(told.map(\.entry.kind) == [.decision, .override, .growth, .alert])
        let growth = told[2].entry
        #expect(growth.event == "failed" && growth.author == "alice" && growth.source == .cli && growth.reason == "more logs")
        #expect(growth.before == .mebibytes(256) && growth.after == .mebibytes(300) && growth.container?.name == "web")
        #expect(growth.text == "growing its filesystem from 256MiB to 512MiB failed: resume: no")
        let alert = told[3].entry
        #expect(alert.author == "Filling" && alert.source == .alert && alert.event == "granted" && alert.reason == "full")
        #expect(alert.volume == "a" && alert.pool == "p" && alert.text == "held")
        #expect(try await journal.verifyHistory().entries == 4)
    }

    @Test func `A longer device ahead of need is marked so, with its own sizes`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        var order = Order.numbered(1)
        order.to = order.from
        try await journal.finish(try await journal.begin(order, at: .day(1)), .done(.day(1)))
        let told = try #require(try await journal.history().first?.entry)
        #expect(told.isRunway && told.before == .mebibytes(256) && told.after == .mebibytes(512))
        #expect(told.text == "grew its device from 256MiB to 512MiB, ahead of need")
    }

    @Test func `A growth's end is not told where it is not written, and nothing is written that is not told`() throws {
        let scratch = try Scratch()
        let ledger = try Ledger.open(directory: scratch.path, limits: Journal.Limits())
        let id = try ledger.begin(.numbered(1), at: .day(1))
        try ledger.connection.execute("CREATE TRIGGER no BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'no'); END")
        #expect(throws: JournalError.self) { try ledger.finish(id, .done(.day(1))) }
        #expect(try ledger.unfinished().map(\.id) == [id])
        try ledger.connection.execute("DROP TRIGGER no")
        #expect(throws: JournalError.notOpen(GrowthID(9))) { try ledger.finish(GrowthID(9), .done(.day(1))) }
        #expect(try ledger.connection.history(HistoryQuery()) == [])
    }

    @Test func `What is asked for is found by volume, container, kind and time`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        var decisions = (1...6).map { JournaledDecision.about($0 % 2 == 0 ? "docker-1" : "docker-2", at: .day($0)) }
        decisions[1].container = .init(id: "4f9c1b", name: "web")
        decisions[4].container = .init(id: "4f9c", name: "db")
        try await journal.record(decisions)
        func days(_ query: HistoryQuery) async throws -> [Int] {
            try await journal.history(query).map { Int($0.id) }
        }
        #expect(try await days(.of("docker-1")) == [2, 4, 6])
        #expect(try await days(.of("web")) == [2])
        #expect(try await days(.of("web") { $0.otherName = "docker-1" }) == [2, 4, 6])
        #expect(try await days(.of("4f9c")) == [2, 5])
        #expect(try await days(.of("4f9c1")) == [2])
        #expect(try await days(.of("gone")) == [])
        #expect(try await days(.of { $0.limit = 2 }) == [5, 6])
        #expect(try await days(.of { $0.limit = -5 }) == [6])
        #expect(
            try await days(
                .of {
                    $0.since = .day(3); $0.until = .day(5)
                }) == [3, 4, 5])
        #expect(
            try await days(
                .of("docker-2") {
                    $0.since = .day(3); $0.limit = 1
                }) == [5])
        #expect(try await days(.of { $0.kind = .growth }) == [])
        #expect(
            try await days(
                .of {
                    $0.kind = .decision; $0.until = .day(1)
                }) == [1])
    }

    @Test func `A pattern's overrides are told of each volume that it fits`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        for (n, pattern) in ["web-*", "db-?", "[web]*"].enumerated() {
            var hold = Override.numbered(n)
            hold.scope = .volumes(Glob(pattern))
            try await journal.change(
                OverrideChanges(events: [JournaledOverride(time: .day(n), event: .set, by: nil, override: hold)]))
        }
        #expect(try await journal.history(.of("web-1")).map(\.id) == [1])
        #expect(try await journal.history(.of("db-1")).map(\.id) == [2])
        #expect(try await journal.history(.of("[web]1")).map(\.id) == [3])
        #expect(try await journal.history(.of("w")).isEmpty)
        #expect(try await journal.history(.of("web-*")).map(\.id) == [1])
    }

    @Test func `What is beyond the limits in number and age goes, oldest first, and the rest stays whole`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.history = 3
        limits.failureCharacters = 40
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        for day in 1...5 { try await journal.record([.about("a", at: .day(day), "\(day) " + String(repeating: "x", count: 99))]) }
        #expect(try await journal.history().map(\.entry.time) == [.day(3), .day(4), .day(5)])
        #expect(try await journal.history().allSatisfy { $0.entry.text.count == 40 })
        var found = try await journal.verifyHistory()
        #expect(found.fault == nil && found.entries == 3 && found.gone == 2 && found.first == .day(3))
        try await journal.record([.about("a", at: .day(5 + 399))])
        #expect(try await journal.history().count == 3)
        try await journal.record([.about("a", at: .day(5 + 401))])
        #expect(try await journal.history().map(\.entry.time) == [.day(5 + 399), .day(5 + 401)])
        found = try await journal.verifyHistory()
        #expect(found.fault == nil && found.gone == 5)
    }

    /// A clock that was ahead for a moment would take all that is behind it.
    @Test func `Only so many go at once for their age`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.historyForgotten = 2
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        try await journal.record((1...9).map { .about("a", at: .day($0)) })
        try await journal.record([.about("a", at: .day(9000))])
        #expect(try await journal.history().map(\.id) == [3, 4, 5, 6, 7, 8, 9, 10])
        #expect(try await journal.verifyHistory().fault == nil)
    }

    @Test func `Reading does not wait for writing, nor for who holds the lock`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.record([.about("a", at: .day(1))])
        let other = try Stranger(scratch)
        try other.execute("BEGIN IMMEDIATE")
        let writing = Task { try await journal.record([.about("b", at: .day(2))]) }
        #expect(try await journal.history().count == 1)
        #expect(try await journal.verifyHistory().entries == 1)
        try other.execute("ROLLBACK")
        try await writing.value
        #expect(try await journal.history().count == 2)
    }

    @Test func `An entry that cannot be read is called damage, with its number`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.record([.about("a", at: .day(1))])
        try Stranger(scratch).execute("UPDATE history SET entry = '{}'")
        let reason = "entry 1 of the history cannot be read"
        await #expect(throws: JournalError.corrupt(path: scratch.database, reason: reason)) { _ = try await journal.history() }
        #expect(try await journal.verifyHistory().fault?.id == 1)
    }

    @Test func `A query goes by an index, however long the history`() throws {
        let scratch = try Scratch()
        let ledger = try Ledger.open(directory: scratch.path, limits: Journal.Limits())
        for query in [HistoryQuery.of("web"), .of("web") { $0.otherName = "b" }, .of { $0.kind = .growth }] {
            let (conditions, values) = query.conditions
            let plan = try ledger.connection.rows(
                "EXPLAIN QUERY PLAN SELECT id, hash, entry FROM history \(conditions) ORDER BY id DESC LIMIT ?1", values
            ) { row throws(JournalError) in row.text(3) }
            #expect(plan.contains { $0.contains("USING INDEX") })
            #expect(plan.allSatisfy { !$0.hasPrefix("SCAN") }, "\(plan)")
        }
    }
}
