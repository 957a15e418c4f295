// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Policy
import Testing
import Units

@testable import Journal

extension Override {
    static func numbered(_ n: Int, _ kind: Kind = .hold) -> Override {
        Override(
            id: OverrideID(UInt64(n)), kind: kind, scope: .volume(.numbered(n)),
            asked: Asked(author: "al\u{1}ice \"\(n)\"", source: .cli, reason: "ü\n'"), start: .day(n), end: .day(n + 1))
    }
}

extension OverrideChanges {
    init(put: [Override] = [], removed: [OverrideID] = [], events: [JournaledOverride] = []) {
        self.init()
        self.put = put
        self.removed = removed
        self.events = events
    }
}

/// Takes away what the sixth form has more than the fourth, and what the fourth has more than the third.
let beforeHistory =
    "DROP TABLE history; DROP TABLE history_anchor; DROP TABLE audited; DROP TABLE alert_cases; DROP TABLE alert_grants; "
let beforeOverrides = beforeHistory + "DROP TABLE overrides; DROP TABLE answers; "
let decisionsOfBefore = """
    CREATE TABLE decisions (
        id INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, name TEXT NOT NULL, pool TEXT NOT NULL,
        verdict TEXT NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL
    ) STRICT;
    """

@Suite struct OverrideTests {
    private let kinds: [Override.Kind] = [
        .hold, .pause, .pin(.init(threshold: .percent(90), target: .percent(33), maximumSize: Bytes(.max))), .pin(.init()),
        .exceedReserve(bound: .gibibytes(7)),
    ]

    @Test func `what was set is there after a restart as it was, to the last byte`() async throws {
        let scratch = try Scratch()
        var all = kinds.enumerated().map { Override.numbered($0.offset, $0.element) }
        all[0].scope = .volumes(Glob("pg-*\u{FFFD}"))
        all[1].scope = .all
        all[1].end = nil
        all[1].asked.reason = nil
        all[2].scope = .pool("de pot")
        all[4].spent = .mebibytes(3)
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.change(OverrideChanges(put: all))
        await journal.close()
        let again = try await Journal.open(directory: scratch.path)
        #expect(Set(try await again.overrides()) == Set(all))
        all[4].spent = .mebibytes(4)
        try await again.change(OverrideChanges(put: [all[4]], removed: [all[0].id]))
        #expect(Set(try await again.overrides()) == Set(all.dropFirst()))
        try await again.replaceOverrides(by: OverrideChanges(put: [all[0]]))
        #expect(try await again.overrides() == [all[0]])
    }

    @Test func `what became of overrides is told by whom, about what and why`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        let events = (0..<8).map { n in
            JournaledOverride(
                time: .day(n), event: JournaledOverride.Event.allCases[n % 4],
                by: n % 2 == 0 ? nil : Asked(author: "bob", source: .api, reason: "over"), override: .numbered(n))
        }
        for event in events { try await journal.change(OverrideChanges(events: [event])) }
        let told = try await journal.history().map(\.entry)
        #expect(told.map(\.override) == events.map(\.override) && told.map(\.time) == events.map(\.time))
        #expect(told.map(\.event) == events.map(\.event.rawValue) && told.allSatisfy { $0.kind == .override })
        #expect(told[2].author == "rules" && told[2].source == .rules)
        #expect(told[1].author == "bob" && told[1].source == .api && told[1].reason == "over")
        #expect(told[1].volume == VolumeIdentity.numbered(1).name.description && told[1].pool == "depot'1")
    }

    @Test func `a change is done whole or not at all`() throws {
        let scratch = try Scratch()
        let ledger = try Ledger.open(directory: scratch.path, limits: Journal.Limits())
        try ledger.change(OverrideChanges(put: [.numbered(1)]), forgettingOthers: false)
        try ledger.connection.execute(
            "CREATE TRIGGER full BEFORE INSERT ON history BEGIN SELECT RAISE(ABORT, 'no'); END")
        let event = JournaledOverride(time: .day(1), event: .set, by: nil, override: .numbered(2))
        #expect(throws: JournalError.self) {
            try ledger.change(
                OverrideChanges(put: [.numbered(2)], removed: [Override.numbered(1).id], events: [event]), forgettingOthers: false
            )
        }
        #expect(try ledger.overrides() == [.numbered(1)])
    }

    @Test func `one that cannot be read back is called damage`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.change(OverrideChanges(put: [.numbered(1)]))
        try Stranger(scratch).execute("UPDATE overrides SET override = '{\"kind\":{\"hold\":{}}}'")
        await #expect(throws: JournalError.corrupt(path: scratch.database, reason: "an override cannot be read")) {
            _ = try await journal.overrides()
        }
    }

    @Test func `a journal of the form before is brought up to this one and keeps what it has`() async throws {
        let scratch = try Scratch()
        let before = try await Journal.open(directory: scratch.path)
        let id = try await before.begin(.numbered(1), at: .day(1))
        await before.close()
        // As the form before this one left it.
        try Stranger(scratch).execute(
            beforeOverrides + decisionsOfBefore + "PRAGMA user_version = 3")
        let after = try await Journal.open(directory: scratch.path)
        #expect(try await after.unfinished().map(\.id) == [id])
        #expect(try await after.overrides() == [])
        try await after.change(OverrideChanges(put: [.numbered(1)]))
        #expect(try await after.overrides() == [.numbered(1)])
    }

    @Test func `an order of before, without a word on who asked, is read`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        _ = try await journal.begin(.numbered(1), at: .day(1))
        let other = try Stranger(scratch)
        try other.execute("UPDATE growths SET intent = json_remove(intent, '$.asked', '$.exceeds')")
        #expect(try await journal.unfinished().map(\.order) == [.numbered(1)])
    }

    @Test func `who asked, and what went into the reserve, is written down with a growth`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        var order = Order.numbered(1)
        order.asked = Asked(author: "alice", source: .cli, reason: "the shop is down")
        order.exceeds = .init(override: OverrideID(7), bytes: .mebibytes(5))
        _ = try await journal.begin(order, at: .day(1))
        #expect(try await journal.recent(1).first?.order == order)
    }
}

@Suite struct AnswerTests {
    private func request(_ key: String, _ request: String = "POST /x {}", day: Int = 1) -> JournaledAnswer {
        JournaledAnswer(key: key, request: request, time: .day(day))
    }

    @Test func `the first request under a key is new, later ones are told of it`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        #expect(try await journal.begin(request("k")) == nil)
        #expect(try await journal.begin(request("k", "other")) == request("k"))
        let answer = JournaledAnswer.Answer(status: 409, body: "{\"error\":\"ü\"}\n")
        try await journal.finish("k", answer)
        await journal.close()
        let again = try await Journal.open(directory: scratch.path)
        let known = JournaledAnswer(key: "k", request: "POST /x {}", time: .day(1), answer: answer)
        #expect(try await again.begin(request("k")) == known)
    }

    @Test func `keys are bounded in number and age`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.answers = 3
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        for n in 0..<5 {
            let one = JournaledAnswer(key: "k\(n)", request: "r", time: WallTime(seconds: WallTime.day(1).seconds + Double(n)))
            #expect(try await journal.begin(one) == nil)
        }
        #expect(try await journal.begin(request("k0")) == nil)
        #expect(try await journal.begin(request("k4")) != nil)
        #expect(try await journal.begin(request("k4", day: 3)) == nil)
    }
}
