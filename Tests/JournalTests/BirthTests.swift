// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Testing
import Units

@testable import Journal

@Suite struct BirthTests {
    @Test func `A volume keeps the size that it was first seen with`() async throws {
        let scratch = try Scratch()
        var journal = try await Journal.open(directory: scratch.path)
        #expect(try await journal.births() == [:])
        try await journal.recordBirth(of: .numbered(1), size: .mebibytes(256), at: .day(1))
        try await journal.recordBirths([.numbered(1): .gibibytes(9), .numbered(2): Bytes(.max)], at: .day(2))
        await journal.close()
        journal = try await Journal.open(directory: scratch.path)
        #expect(try await journal.births() == [.numbered(1): .mebibytes(256), .numbered(2): Bytes(.max)])
    }

    @Test func `Volumes that differ in one part of their identity are two`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        let base = VolumeIdentity(name: "a", uuid: "u", poolName: "p", thinID: 1)
        var sizes: [VolumeIdentity: Bytes] = [base: Bytes(0)]
        sizes[VolumeIdentity(name: "b", uuid: "u", poolName: "p", thinID: 1)] = Bytes(1)
        sizes[VolumeIdentity(name: "a", uuid: "", poolName: "p", thinID: 1)] = Bytes(2)
        sizes[VolumeIdentity(name: "a", uuid: "u", poolName: "q", thinID: 1)] = Bytes(3)
        sizes[VolumeIdentity(name: "a", uuid: "u", poolName: "p", thinID: .max)] = Bytes(4)
        try await journal.recordBirths(sizes, at: .day(1))
        #expect(sizes.count == 5)
        #expect(try await journal.births() == sizes)
    }

    @Test func `What was not seen for long is forgotten, what was seen again is not`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.recordBirths([.numbered(1): Bytes(1), .numbered(2): Bytes(2), .numbered(3): Bytes(3)], at: .day(1))
        try await journal.markSeen([.numbered(2), .numbered(9)], at: .day(5))
        try await journal.recordBirth(of: .numbered(3), size: Bytes(7), at: .day(6))
        // The wall clock may go back.
        try await journal.markSeen([.numbered(3)], at: .day(0))
        #expect(try await journal.forgetBirths(notSeenSince: .day(4)) == 1)
        #expect(try await journal.births() == [.numbered(2): Bytes(2), .numbered(3): Bytes(3)])
    }

    @Test func `A volume that was made anew is forgotten by name`() async throws {
        let scratch = try Scratch()
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.recordBirths([.numbered(1): Bytes(1), .numbered(2): Bytes(2)], at: .day(1))
        try await journal.forgetBirths(of: [.numbered(1), .numbered(7)])
        #expect(try await journal.births() == [.numbered(2): Bytes(2)])
    }

    @Test func `Births are kept to a number, and the ones unseen for longest go`() async throws {
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.births = 3
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        for n in 1...5 { try await journal.recordBirth(of: .numbered(n), size: Bytes(UInt64(n)), at: .day(10 - n)) }
        #expect(try await journal.births().keys.map(\.thinID).sorted() == [1, 2, 3])
    }
}
