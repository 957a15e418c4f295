// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import Units

@testable import Journal

@Suite struct DecisionTests {
    private func decision(_ name: DeviceName, at time: WallTime, _ text: String = "why") -> JournaledDecision {
        JournaledDecision(time: time, volume: name, pool: "pool", verdict: .refused, reason: "reserve", text: text)
    }

    @Test func `Decisions come back newest first, of one volume or of all`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        let all = [decision("a", at: .day(1)), decision("b", at: .day(2)), decision("a", at: .day(2), "again")]
        try await journal.record(Array(all.prefix(1)))
        try await journal.record(Array(all.suffix(2)))
        try await journal.record([])
        #expect(try await journal.decisions(limit: 10) == all.reversed())
        #expect(try await journal.decisions(about: "a", limit: 10) == [all[2], all[0]])
        #expect(try await journal.decisions(about: "a", limit: 1) == [all[2]])
        #expect(try await journal.decisions(about: "c", limit: 10) == [])
    }

    @Test func `Decisions beyond the number or the age that is kept go, oldest first`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.decisions = 3
        limits.failureCharacters = 4
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        for day in 1...5 { try await journal.record([decision("a", at: .day(day), "day \(day) and more")]) }
        #expect(try await journal.decisions(limit: 10).map(\.time) == [.day(5), .day(4), .day(3)])
        #expect(try await journal.decisions(limit: 1).map(\.text) == ["day "])
        try await journal.record([decision("a", at: .day(5 + 91))])
        #expect(try await journal.decisions(limit: 10).count == 1)
    }

    @Test func `A verdict that nobody knows is called damage`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.record([decision("a", at: .day(1))])
        try Stranger(scratch).execute("UPDATE decisions SET verdict = 'perhaps'")
        await #expect(throws: JournalError.self) { _ = try await journal.decisions(limit: 1) }
    }
}
