// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing
import Units

@testable import Journal

@Suite struct OpeningTests {
    @Test func `A state directory that is missing is made, for root alone`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path + "/state")
        var status = stat()
        #expect(stat(scratch.path + "/state", &status) == 0 && status.st_mode & 0o7777 == 0o700)
        #expect(stat(scratch.path + "/state/headroom.db", &status) == 0 && status.st_mode & 0o077 == 0)
        await journal.close()
    }

    @Test func `A state directory in one that is missing is refused`() async throws {
        let scratch = try Scratch()
        let path = scratch.path + "/a/b"
        let reason = "No such file or directory"
        await #expect(throws: JournalError.noDirectory(path: path, reason: reason)) {
            _ = try await Journal.open(directory: path)
        }
    }

    @Test func `A file where the directory should be is refused`() async throws {
        let scratch = try Scratch()
        scratch.overwrite(at: 0, with: [1])
        let error = await #expect(throws: JournalError.self) { _ = try await Journal.open(directory: scratch.database) }
        guard case .noDirectory? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: [false, true])
    func `A place that may not be written is refused with what to do`(isThere: Bool) async throws {
        let scratch = try Scratch()
        if isThere {
            let journal = try await Journal.open(directory: scratch.path)
            await journal.close()
            chmod(scratch.database, 0o444)
        }
        chmod(scratch.path, 0o555)
        let path = scratch.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            // Root may write anywhere.
            if getuid() == 0 { _ = setgid(65_534) + setuid(65_534) }
            do throws(JournalError) {
                _ = try await Journal.open(directory: path)
                exit(1)
            } catch {
                if case .notWritable = error { exit(0) } else { exit(2) }
            }
        }
        chmod(scratch.path, 0o700)
    }

    @Test func `A file that is no database is called damaged`() async throws {
        let scratch = try Scratch()
        scratch.overwrite(at: 0, with: [UInt8](repeating: 0x55, count: 8192))
        try await expectCorrupt(scratch)
    }

    @Test func `A database with a damaged page is called damaged`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        for n in 0..<200 { _ = try await journal.begin(.numbered(n), at: .day(n)) }
        await journal.close()
        var status = stat()
        stat(scratch.database, &status)
        try #require(status.st_size > 40_000)
        scratch.overwrite(at: 20_480, with: [UInt8](repeating: 0xFF, count: 4096))
        try await expectCorrupt(scratch)
    }

    private func expectCorrupt(_ scratch: Scratch) async throws {
        let error = await #expect(throws: JournalError.self) { _ = try await Journal.open(directory: scratch.path) }
        guard case .corrupt(scratch.database, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.description.contains("move it aside") == true)
        #expect(error?.description.contains("\n") == false)
    }

    @Test func `A journal of a later form is refused and left as it is`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        await journal.close()
        try change(scratch, "PRAGMA user_version = 99")
        let before = try contents(of: scratch.database)
        let error = await #expect(throws: JournalError.self) { _ = try await Journal.open(directory: scratch.path) }
        #expect(error == .newerSchema(path: scratch.database, found: 99, known: Schema.known))
        #expect(try contents(of: scratch.database) == before)
    }

    @Test func `Another program's database is refused and left as it is`() async throws {
        let scratch = try Scratch()
        scratch.overwrite(at: 0, with: [])
        try change(scratch, "CREATE TABLE theirs (x)")
        let before = try contents(of: scratch.database)
        await #expect(throws: JournalError.foreign(path: scratch.database)) {
            _ = try await Journal.open(directory: scratch.path)
        }
        #expect(try contents(of: scratch.database) == before)
    }

    private func change(_ scratch: Scratch, _ sql: String) throws {
        try Stranger(scratch).execute(sql)
    }

    private func contents(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
    }

    @Test func `Two that have it open see what the other wrote`() async throws {
        let scratch = try Scratch()
        let one = try await Journal.open(directory: scratch.path)
        let two = try await Journal.open(directory: scratch.path)
        let first = try await one.begin(.numbered(1), at: .day(1))
        let second = try await two.begin(.numbered(2), at: .day(1))
        #expect(try await one.unfinished() == (try await two.unfinished()))
        #expect(try await one.unfinished().map(\.id) == [first, second])
    }

    @Test func `A database that somebody else keeps locked is called busy, after the wait`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.busy = .milliseconds(100)
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        let other = try Stranger(scratch)
        try other.execute("BEGIN IMMEDIATE")
        let took = await ContinuousClock().measure {
            await #expect(throws: JournalError.busy(path: scratch.database)) {
                _ = try await journal.begin(.numbered(1), at: .day(1))
            }
        }
        #expect(took >= .milliseconds(90))
        // Reading goes on.
        #expect(try await journal.recent(1) == [])
        try other.execute("ROLLBACK")
        _ = try await journal.begin(.numbered(1), at: .day(1))
    }

    @Test func `A disk without room is told, nothing is half written, and it goes on once there is room`() throws {
        let scratch = try Scratch()
        let ledger = try Ledger.open(directory: scratch.path, limits: Journal.Limits())
        try ledger.connection.execute("PRAGMA max_page_count = 12")
        var begun: [GrowthID] = []
        #expect(throws: JournalError.full(path: scratch.database)) {
            for n in 0..<1000 { begun.append(try ledger.begin(.numbered(n), at: .day(n))) }
        }
        #expect(!begun.isEmpty)
        #expect(try ledger.unfinished().map(\.id) == begun)
        try ledger.connection.execute("PRAGMA max_page_count = 1000")
        begun.append(try ledger.begin(.numbered(0), at: .day(0)))
        #expect(try ledger.unfinished().map(\.id) == begun)
    }

    @Test func `An order that cannot be read back is called damage, with its number`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        let id = try await journal.begin(.numbered(1), at: .day(1))
        try change(scratch, "UPDATE growths SET intent = '{}'")
        let reason = "of growth \(id), its order cannot be read"
        await #expect(throws: JournalError.corrupt(path: scratch.database, reason: reason)) { _ = try await journal.unfinished() }
    }
}
