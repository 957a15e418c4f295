// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing
import Units

@testable import Journal

@Suite struct ThreadTests {
    @Test func `A journal that is closed answers that it is`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        await journal.close()
        await journal.close()
        await #expect(throws: JournalError.closed) { _ = try await journal.births() }
    }

    @Test func `What was asked before the end is done`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        let ids = try await withThrowingTaskGroup(of: GrowthID.self) { group in
            for n in 0..<50 { group.addTask { try await journal.begin(.numbered(n), at: .day(n)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await journal.close()
        let again = try await Journal.open(directory: scratch.path)
        #expect(try await again.unfinished().map(\.id) == ids.sorted())
    }

    @Test func `Callers beyond the limit are turned away, and the rest is served`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.waiting = 3
        limits.busy = .seconds(60)
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        // The first that is asked then holds the journal's thread, and three may wait behind it.
        let other = try Stranger(scratch)
        try other.execute("BEGIN IMMEDIATE")
        let callers = 20
        var served = 0
        var turnedAway = 0
        try await withThrowingTaskGroup(of: JournalError?.self) { group in
            for n in 0..<callers {
                group.addTask {
                    do throws(JournalError) {
                        _ = try await journal.begin(.numbered(n), at: .day(n))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            for try await error in group {
                // The last that is sure to be turned away lets the others through.
                if error != nil, turnedAway == callers - 5 { try other.execute("ROLLBACK") }
                if error == nil { served += 1 } else { turnedAway += 1 }
                #expect(error == nil || error == .overloaded(path: scratch.path))
            }
        }
        #expect(served == 3 || served == 4)
        #expect(served + turnedAway == callers)
        #expect(try await journal.unfinished().count == served)
    }

    @Test func `A journal that nobody has any more lets its database go`() async throws {
        let scratch = try Scratch()
        _ = try await Journal.open(directory: scratch.path)
        // The last connection that goes takes the log with it; its thread needs a moment.
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(10)
        while access(scratch.database + "-wal", F_OK) == 0, clock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
        #expect(access(scratch.database + "-wal", F_OK) != 0)
    }
}
