// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Policy
import Testing
import Units

@testable import Journal

@Suite struct GrowthTests {
    @Test func `A growth is open from its beginning to its end, and both are kept over a restart`() async throws {
        let scratch = try Scratch()
        var journal = try await Journal.open(directory: scratch.path)
        let first = try await journal.begin(.numbered(3), at: .day(1))
        let second = try await journal.begin(.numbered(2), at: .day(2))
        #expect(second > first)
        let outcome = GrowthOutcome(.failed, finishedAt: .day(3), reached: .mebibytes(256), failure: "resume: \"no\"\n")
        try await journal.finish(first, outcome)
        await journal.close()

        journal = try await Journal.open(directory: scratch.path)
        #expect(try await journal.unfinished() == [JournaledGrowth(id: second, order: .numbered(2), startedAt: .day(2))])
        let finished = JournaledGrowth(id: first, order: .numbered(3), startedAt: .day(1), outcome: outcome)
        #expect(try await journal.recent(1).map(\.id) == [second])
        #expect(try await journal.recent(10).last == finished)
        #expect(try await journal.recent(-1) == [])
    }

    /// A growth that was begun is on the disk, whatever happens to the process in the very next moment.
    @Test func `A growth that a crash interrupted is found open`() async throws {
        let scratch = try Scratch()
        let path = scratch.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let journal = try await Journal.open(directory: path)
            let done = try await journal.begin(.numbered(0), at: .day(0))
            try await journal.finish(done, .done(.day(0)))
            _ = try await journal.begin(.numbered(1), at: .day(1))
            kill(getpid(), SIGKILL)
        }
        let journal = try await Journal.open(directory: path)
        let open = try await journal.unfinished()
        #expect(open.map(\.order) == [.numbered(1)])
        let id = try #require(open.first?.id)
        try await journal.finish(id, GrowthOutcome(.interrupted, finishedAt: .day(2), reached: nil))
        #expect(try await journal.unfinished() == [])
        #expect(try await journal.recent(5).map(\.outcome?.result) == [.interrupted, .done])
    }

    @Test func `A growth is finished once, and only if it was begun`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        let id = try await journal.begin(.numbered(1), at: .day(1))
        try await journal.finish(id, .done(.day(1)))
        await #expect(throws: JournalError.notOpen(id)) { try await journal.finish(id, .done(.day(2))) }
        await #expect(throws: JournalError.notOpen(GrowthID(99))) { try await journal.finish(GrowthID(99), .done(.day(2))) }
        #expect(try await journal.recent(1).first?.outcome?.finishedAt == .day(1))
    }

    @Test func `Finished growths are kept to a number, open ones all`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.growths = 5
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        let open = try await journal.begin(.numbered(0), at: .day(0))
        for n in 1...12 { try await journal.finish(try await journal.begin(.numbered(n), at: .day(n)), .done(.day(n))) }
        let kept = try await journal.recent(100)
        #expect(kept.map(\.order) == [12, 11, 10, 9, 8, 0].map { .numbered($0) })
        #expect(kept.last?.id == open)
    }

    @Test func `Finished growths are kept to an age, open ones all`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.growthAge = .seconds(10 * 86_400)
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        let ids = [
            try await journal.begin(.numbered(0), at: .day(0)), try await journal.begin(.numbered(1), at: .day(0)),
            try await journal.begin(.numbered(2), at: .day(0)), try await journal.begin(.numbered(3), at: .day(0)),
        ]
        for (id, day) in zip(ids, [1, 2]) { try await journal.finish(id, .done(.day(day))) }
        try await journal.finish(ids[2], .done(.day(12)))
        #expect(try await journal.recent(9).map(\.id) == [ids[3], ids[2], ids[1]])
    }

    @Test func `Numbers of growths that are gone are not used again`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.growths = 0
        var journal = try await Journal.open(directory: scratch.path, limits: limits)
        let first = try await journal.begin(.numbered(1), at: .day(1))
        try await journal.finish(first, .done(.day(1)))
        #expect(try await journal.recent(9) == [])
        await journal.close()
        journal = try await Journal.open(directory: scratch.path, limits: limits)
        #expect(try await journal.begin(.numbered(2), at: .day(2)) > first)
    }

    @Test func `No more growths are open than the limit says`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.unfinished = 2
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        let first = try await journal.begin(.numbered(1), at: .day(1))
        _ = try await journal.begin(.numbered(2), at: .day(1))
        await #expect(throws: JournalError.tooManyUnfinished(path: scratch.database, count: 2)) {
            _ = try await journal.begin(.numbered(3), at: .day(1))
        }
        try await journal.finish(first, .done(.day(1)))
        _ = try await journal.begin(.numbered(3), at: .day(1))
    }

    @Test func `A failure of any length is kept to its beginning`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.failureCharacters = 3
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        let id = try await journal.begin(.numbered(1), at: .day(1))
        try await journal.finish(id, GrowthOutcome(.failed, finishedAt: .day(1), reached: Bytes(.max), failure: "üüüüü"))
        let outcome = try #require(try await journal.recent(1).first?.outcome)
        #expect(outcome.failure == "üüü")
        #expect(outcome.reached == Bytes(.max))
    }
}
