// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Host
import Owners
import Policy
import Testing
import Units

@testable import Journal

@Suite struct KeptTests {
    private func volume(_ n: Int, length: UInt64 = 1_048_576, filesystem: Bytes = .mebibytes(256)) -> KeptVolume {
        let owner: Owner =
            n % 2 == 0 ? .plain : .docker(DockerVolume(role: .container, hash: "ab\(n)", container: Container(id: "\"ü\(n)")))
        return KeptVolume(identity: .numbered(n), owner: owner, length: Sectors(length), filesystemSize: filesystem)
    }

    @Test func `What is kept is there after a restart, as it was last kept`() async throws {
        let scratch = try Scratch()
        var journal = try await Journal.open(directory: scratch.path)
        #expect(try await journal.kept() == [])
        try await journal.keep(volume(1))
        try await journal.keep(volume(2))
        try await journal.keep(volume(1, length: 2_097_152, filesystem: .mebibytes(700)))
        await journal.close()
        journal = try await Journal.open(directory: scratch.path)
        #expect(try await journal.kept() == [volume(1, length: 2_097_152, filesystem: .mebibytes(700)), volume(2)])
        try await journal.forgetKept(of: [.numbered(1), .numbered(9)])
        #expect(try await journal.kept() == [volume(2)])
    }

    /// The intent and what has to last of it are one write: never one without the other.
    @Test func `A volume is kept with the beginning of its growth, whatever happens in the next moment`() async throws {
        let scratch = try Scratch()
        let path = scratch.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let journal = try await Journal.open(directory: path)
            let kept = KeptVolume(
                identity: .numbered(3), owner: .plain, length: Sectors(1_048_576), filesystemSize: .mebibytes(256))
            _ = try await journal.begin(.numbered(3), keeping: kept, at: .day(1))
            kill(getpid(), SIGKILL)
        }
        let journal = try await Journal.open(directory: path)
        #expect(try await journal.unfinished().map(\.order) == [.numbered(3)])
        #expect(try await journal.kept().map(\.identity) == [.numbered(3)])
    }

    @Test func `A volume that is one too many is refused, and its growth is not begun`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.kept = 2
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        try await journal.keep(volume(1))
        try await journal.keep(volume(2))
        let tooMany = JournalError.tooManyKept(path: scratch.database, count: 2)
        await #expect(throws: tooMany) { _ = try await journal.begin(.numbered(3), keeping: volume(3), at: .day(1)) }
        #expect(try await journal.unfinished() == [])
        // Those that are kept go on.
        try await journal.keep(volume(2, filesystem: .mebibytes(300)))
        #expect(try await journal.kept() == [volume(1), volume(2, filesystem: .mebibytes(300))])
    }

    @Test func `A thin id that is another volume's now is not kept for the first one`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        var other = volume(4)
        other.identity.name = "other"
        var elsewhere = volume(4)
        elsewhere.identity.poolName = "elsewhere"
        for kept in [volume(4), elsewhere, other] { try await journal.keep(kept) }
        #expect(Set(try await journal.kept()) == [other, elsewhere])
    }

    @Test func `A journal of the first form is brought up to this one with all that is in it`() async throws {
        let scratch = try Scratch()
        var journal = try await Journal.open(directory: scratch.path)
        let id = try await journal.begin(.numbered(1), at: .day(1))
        try await journal.recordBirth(of: .numbered(1), size: .mebibytes(256), at: .day(1))
        await journal.close()
        try Stranger(scratch).execute(
            "DROP TABLE kept; DROP TABLE restoring; " + beforeOverrides + "PRAGMA user_version = 1")

        journal = try await Journal.open(directory: scratch.path)
        #expect(try await journal.unfinished().map(\.id) == [id])
        #expect(try await journal.births() == [.numbered(1): .mebibytes(256)])
        try await journal.keep(volume(1))
        #expect(try await journal.kept() == [volume(1)])
    }

    @Test func `A kept volume that cannot be read back is called damage, with its name`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.keep(volume(2))
        try Stranger(scratch).execute("UPDATE kept SET volume = '{}', name = 'web'")
        let reason = "what is kept of web cannot be read"
        await #expect(throws: JournalError.corrupt(path: scratch.database, reason: reason)) { _ = try await journal.kept() }
    }
}
