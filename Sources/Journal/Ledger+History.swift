// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Digest
import Units

/// The history: entries are only ever put at its end, each with a hash over itself and the hash before it, and go at its
/// beginning, where the last that went leaves its hash.
extension Ledger {
    /// A transaction of its own.
    func tell(_ entries: [HistoryEntry]) throws(JournalError) {
        if entries.isEmpty { return }
        try connection.transaction { () throws(JournalError) in try append(entries) }
    }

    /// Inside a transaction.
    func append(_ entries: [HistoryEntry]) throws(JournalError) {
        guard let last = entries.last else { return }
        var link = try connection.historyEnd()
        for entry in entries { link = try connection.append(entry.cut(to: limits.failureCharacters), after: link) }
        try forget(by: last.time, after: entries.count)
    }

    /// What is beyond the limits in number and age goes.
    private func forget(by now: WallTime, after count: Int) throws(JournalError) {
        // The newest never goes, so that none at all is known for a fault.
        var last = try connection.historyEnd().id - Int64(max(1, limits.history))
        let oldest = WallTime(seconds: now.seconds - limits.historyAge.seconds).milliseconds
        var isOld = true
        try connection.each(
            "SELECT id, time FROM history ORDER BY id LIMIT ?1", [.count(count * limits.historyForgotten)]
        ) { row throws(JournalError) in
            isOld = isOld && row.integer(1) < oldest
            if isOld { last = max(last, row.integer(0)) }
        }
        try connection.run(
            """
            UPDATE history_anchor SET (id, hash) = (SELECT id, hash FROM history WHERE id <= ?1 ORDER BY id DESC LIMIT 1)
            WHERE EXISTS (SELECT 1 FROM history WHERE id <= ?1)
            """, .integer(last))
        try connection.run("DELETE FROM history WHERE id <= ?1", .integer(last))
    }
}

extension Connection {
    /// The last entry, or where there is none the last that went.
    func historyEnd() throws(JournalError) -> HistoryLink {
        let last = try rows("SELECT id, hash FROM history ORDER BY id DESC LIMIT 1") { row throws(JournalError) in
            HistoryLink(id: row.integer(0), hash: row.blob(1) ?? [])
        }.first
        if let last { return last }
        return try historyAnchor() ?? HistoryLink(id: 0, hash: [UInt8](repeating: 0, count: SHA256.length))
    }

    /// The last entry that went; nil where somebody took that away.
    func historyAnchor() throws(JournalError) -> HistoryLink? {
        try rows("SELECT id, hash FROM history_anchor") { row throws(JournalError) in
            HistoryLink(id: row.integer(0), hash: row.blob(1) ?? [])
        }.first
    }

    /// The highest number that any entry ever had.
    func historyCount() throws(JournalError) -> Int64 {
        try rows("SELECT seq FROM sqlite_sequence WHERE name = 'history'") { row throws(JournalError) in row.integer(0) }.first
            ?? 0
    }

    /// One entry, behind `link`; what the next one stands behind. A number that was used is not used again, so that an end
    /// that was cut off shows for ever.
    func append(_ entry: HistoryEntry, after link: HistoryLink) throws(JournalError) -> HistoryLink {
        let json = try encoded(entry, "an entry of the history")
        let row = HistoryRow(entry, id: max(link.id, try historyCount()) + 1, json: json)
        let hash = row.hash(after: link.hash)
        try run(
            """
            INSERT INTO history (id, time, kind, volume, pool, container, container_id, entry, hash)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """, .integer(row.id), .integer(row.time), .text(entry.kind.rawValue), .text(entry.volume), .text(entry.pool),
            .text(entry.container?.name), .text(entry.container?.id), .text(json), .blob(hash))
        return HistoryLink(id: row.id, hash: hash)
    }
}
