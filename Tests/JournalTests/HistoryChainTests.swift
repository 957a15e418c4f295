// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Host
import Policy
import Testing
import Units

@testable import Journal

/// What somebody does to the past behind Headroom's back.
@Suite struct HistoryChainTests {
    private func written(_ count: Int, _ scratch: Scratch, keeping: Int = 1000) async throws {
        var limits = Journal.Limits()
        limits.history = keeping
        let journal = try await Journal.open(directory: scratch.path, limits: limits)
        for n in 1...count {
            var decision = JournaledDecision.about(VolumeIdentity.numbered(n).name, at: .day(n), "\u{0}\n\"\\ ü")
            if n % 2 == 0 { decision.container = .init(id: "id\(n)", name: "name\(n)") }
            try await journal.record([decision])
        }
        #expect(try await journal.verifyHistory().fault == nil)
        await journal.close()
    }

    private func fault(_ scratch: Scratch) async throws -> HistoryVerification.Fault? {
        let journal = try await Journal.open(directory: scratch.path)
        defer { Task { await journal.close() } }
        return try await journal.verifyHistory().fault
    }

    @Test func `Every changed byte is noticed, and where`() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("HistoryChainTests, changed bytes: seed \(seed)")
        var random = SplitMix64(seed: seed)
        let scratch = try Scratch()
        try await written(6, scratch)
        let stranger = try Stranger(scratch)
        let columns = ["kind", "volume", "pool", "container", "container_id", "entry", "hash"]
        for round in 0..<300 {
            let id = Int64.random(in: 1...6, using: &random)
            let column = columns.randomElement(using: &random) ?? "entry"
            let lengths = try stranger.texts(
                "SELECT ifnull(length(CAST(\(column) AS BLOB)), 0) FROM history WHERE id = \(id)")
            let length = lengths.first.flatMap { Int($0) } ?? 0
            if length == 0 { continue }
            let place = Int.random(in: 1...length, using: &random)
            let byte = Int.random(in: 1...255, using: &random)
            // One byte becomes another: all others, and so the length, stay.
            let type = column == "hash" ? "BLOB" : "TEXT"
            try stranger.execute("CREATE TABLE aside AS SELECT * FROM history WHERE id = \(id)")
            try stranger.run(
                """
                UPDATE history SET \(column) = CAST(substr(CAST(\(column) AS BLOB), 1, ?1 - 1) || ?2
                    || substr(CAST(\(column) AS BLOB), ?1 + 1) AS \(type)) WHERE id = ?3
                """, .integer(Int64(place)), .blob([UInt8(byte)]), .integer(id))
            let same = try stranger.texts(
                "SELECT count(*) FROM aside a JOIN history h USING (id) WHERE a.\(column) IS h.\(column)")
            if same == ["0"] {
                let found = try await fault(scratch)
                #expect(found?.id == id, "seed \(seed), round \(round): \(column) of \(id) at \(place) to \(byte)")
            }
            try stranger.execute("DELETE FROM history WHERE id = \(id)")
            try stranger.execute("INSERT INTO history SELECT * FROM aside; DROP TABLE aside")
        }
        #expect(try await fault(scratch) == nil)
    }

    private static let exchange =
        "UPDATE history SET id = -4 WHERE id = 4; UPDATE history SET id = 4 WHERE id = 7; UPDATE history SET id = 7 WHERE id = -4"
    private static let moveOn =
        "UPDATE history SET id = id + 100 WHERE id > 4; UPDATE history SET id = id - 99 WHERE id > 100"
    private static func copy(of id: Int, to copy: Int) -> String {
        """
        INSERT INTO history SELECT \(copy), time, kind, volume, pool, container, container_id, entry, hash
        FROM history WHERE id = \(id)
        """
    }

    @Test(arguments: [
        // What is done, and the first entry that is then not as it was.
        ("UPDATE history SET time = time + 1 WHERE id = 4", 4), ("UPDATE history SET volume = NULL WHERE id = 3", 3),
        ("UPDATE history SET container = '' WHERE id = 3", 3), ("UPDATE history SET id = 99 WHERE id = 10", 10),
        ("DELETE FROM history WHERE id = 5", 5), ("DELETE FROM history WHERE id = 1", 1),
        ("DELETE FROM history WHERE id IN (6, 7, 8)", 6), ("DELETE FROM history WHERE id = 10", 10),
        ("DELETE FROM history WHERE id > 3", 4), ("DELETE FROM history", 1),
        (exchange, 4), ("\(moveOn); \(copy(of: 4, to: 5))", 5), (copy(of: 9, to: 11), 11), (copy(of: 1, to: 0), 0),
        ("DELETE FROM history WHERE id < 4; UPDATE history_anchor SET id = 3", 4), ("DELETE FROM history_anchor", 1),
        ("UPDATE history_anchor SET hash = zeroblob(31)", 1), ("INSERT INTO history_anchor SELECT * FROM history_anchor", 1),
        ("UPDATE sqlite_sequence SET seq = 3 WHERE name = 'history'", 10), ("DELETE FROM sqlite_sequence", 10),
        ("UPDATE history_anchor SET (id, hash) = (SELECT id, hash FROM history WHERE id = 10); DELETE FROM history", 10),
    ])
    func `What is taken away, put in, exchanged or cut off is noticed`(deed: String, first: Int) async throws {
        let scratch = try Scratch()
        try await written(10, scratch)
        try Stranger(scratch).execute(deed)
        let found = try await fault(scratch)
        #expect(found?.id == Int64(first) && found?.text.isEmpty == false, "\(String(describing: found))")
    }

    @Test func `A cut off end stays noticed when the story goes on`() async throws {
        let scratch = try Scratch()
        try await written(5, scratch)
        try Stranger(scratch).execute("DELETE FROM history WHERE id > 3")
        let journal = try await Journal.open(directory: scratch.path)
        try await journal.record([.about("a", at: .day(9))])
        #expect(try await journal.history().map(\.id) == [1, 2, 3, 6])
        let found = try await journal.verifyHistory()
        #expect(found.fault?.id == 4 && found.entries == 3 && found.newestID == 3)
    }

    @Test func `What went by number leaves a chain in which every deed is noticed as before`() async throws {
        let scratch = try Scratch()
        try await written(20, scratch, keeping: 6)
        let stranger = try Stranger(scratch)
        #expect(try stranger.texts("SELECT id FROM history_anchor") == ["14"])
        try stranger.execute("DELETE FROM history WHERE id = 15")
        #expect(try await fault(scratch)?.id == 15)
    }

    @Test func `A hash is reckoned over lengths and bytes, so that it can be reckoned elsewhere`() {
        var entry = HistoryEntry(time: WallTime(milliseconds: 1_700_000_000_123), kind: .alert, event: "x", by: nil, text: "ü")
        entry.volume = "a"
        let row = HistoryRow(entry, id: 7, json: "{\"ü\":1}")
        // python3: hashlib.sha256(bytes(32) + '1:7,13:1700000000123,5:alert,1:a,-,-,-,8:{"ü":1},'.encode()).hexdigest()
        #expect(
            row.hash(after: [UInt8](repeating: 0, count: 32)).hexadecimal
                == "1010585afd2fa9d6c9c1d2ea47a4b60dd647fd3d692ceb353d4ede55e7c1264f")
    }
}
