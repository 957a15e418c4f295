// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Host
import Policy
import Testing
import Units

@testable import Journal

/// The fourth form had decisions and what became of overrides in tables of their own.
@Suite struct HistoryMigrationTests {
    private func json(_ value: some Encodable) throws -> SQLValue {
        .text(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
    }

    @Test func `Nothing of an older journal is lost, and it becomes one story in the order of its times`() async throws {
        let scratch = try Scratch()
        let old = try Stranger.form(4, in: scratch)
        let name = VolumeIdentity.numbered(1).name
        for (day, verdict) in [(1, "would_grow"), (5, "refused"), (7, "perhaps")] {
            try old.run(
                "INSERT INTO decisions (time, name, pool, verdict, reason, text) VALUES (?1, ?2, 'p', ?3, 'reserve', 'why')",
                .time(.day(day)), .text(name.description), .text(verdict))
        }
        let set = "INSERT INTO override_events (time, event, asked, override) VALUES (?1, ?2, ?3, ?4)"
        let bob = try json(Asked(author: "bob", source: .api))
        try old.run(set, .time(.day(2)), .text("set"), bob, try json(Override.numbered(3)))
        try old.run(set, .time(.day(6)), .text("expired"), .null, .text("{}"))
        let grown = "INSERT INTO growths (intent, started, finished, result, reached, failure) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        try old.run(
            grown, try json(Order.numbered(1)), .time(.day(1)), .time(.day(3)), .text("done"), .bytes(.mebibytes(512)), .null)
        try old.run(
            grown, try json(Order.numbered(2)), .time(.day(3)), .time(.day(4)), .text("failed"), .null, .text("resume: no"))
        try old.run(grown, try json(Order.numbered(4)), .time(.day(4)), .null, .null, .null, .null)

        let journal = try await Journal.open(directory: scratch.path)
        let told = try await journal.history()
        #expect(told.map(\.entry.time) == (1...7).map { .day($0) })
        #expect(told.map(\.entry.event) == ["would_grow", "set", "done", "failed", "refused", "expired", "perhaps"])
        #expect(told[0].entry.volume == name.description && told[0].entry.reason == "reserve")
        #expect(told[1].entry.override == .numbered(3) && told[1].entry.author == "bob")
        #expect(told[2].entry.after == .mebibytes(512) && told[3].entry.text.hasSuffix("failed: resume: no"))
        // What cannot be read is there as the text that it was.
        #expect(told[5].entry.text.contains("{}") && told[6].entry.text.contains("reserve: why"))
        #expect(try await journal.verifyHistory().entries == 7)
        #expect(try await journal.unfinished().map(\.order) == [.numbered(4)])
        #expect(try await journal.recent(9).count == 3)
        try await journal.record([.about("a", at: .day(8))])
        #expect(try await journal.history().last?.id == 8)
    }

    @Test(arguments: 0...5) func `A journal of any earlier form opens, and has a history from then on`(form: Int) async throws {
        let scratch = try Scratch()
        _ = try Stranger.form(form, in: scratch)
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.record([.about("a", at: .day(1))])
        let found = try await journal.verifyHistory()
        #expect(found.fault == nil && found.entries == 1)
    }
}
