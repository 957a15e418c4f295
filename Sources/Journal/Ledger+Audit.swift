// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Policy
import Units

/// How far the audit log has come.
extension Ledger {
    /// The next entries, oldest first.
    func audited(after id: Int64, _ limit: Int) throws(JournalError) -> [AuditEntry] {
        try connection.rows(
            "SELECT id, hash, kind, volume, pool, entry FROM history WHERE id > ?1 ORDER BY id LIMIT ?2", .integer(id),
            .count(limit)
        ) { row throws(JournalError) in
            let json = row.text(5)
            // What somebody has made unreadable is passed on as it is.
            let entry = try? JSONDecoder().decode(HistoryEntry.self, from: Data(json.utf8))
            return AuditEntry(
                id: row.integer(0), hash: (row.blob(1) ?? []).hexadecimal, kind: row.text(2), event: entry?.event ?? "",
                volume: row.isNull(3) ? nil : row.text(3), pool: row.isNull(4) ? nil : row.text(4), author: entry?.author ?? "",
                text: entry?.text ?? "an entry that cannot be read", json: json)
        }
    }

    func historyHash(of id: Int64) throws(JournalError) -> String? {
        try connection.rows("SELECT hash FROM history WHERE id = ?1", .integer(id)) { row throws(JournalError) in
            (row.blob(0) ?? []).hexadecimal
        }.first
    }

    /// Nil where nothing was ever written to this log.
    func lastAudited(_ log: AuditLog) throws(JournalError) -> Int64? {
        try connection.rows("SELECT id FROM audited WHERE log = ?1", .text(log.key)) { row throws(JournalError) in
            row.integer(0)
        }.first
    }

    /// Without waiting for the disk: after a power cut it may be an earlier one.
    func noteAudited(_ log: AuditLog, _ id: Int64) throws(JournalError) {
        try connection.execute("PRAGMA synchronous = NORMAL")
        defer { try? connection.execute("PRAGMA synchronous = FULL") }
        try connection.transaction { () throws(JournalError) in
            try connection.run("DELETE FROM audited WHERE log <> ?1", .text(log.key))
            try connection.run(
                "INSERT INTO audited (log, id) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET id = excluded.id", .text(log.key),
                .integer(id))
        }
    }
}

extension AuditLog {
    fileprivate var key: String {
        switch self {
        case .file(let path): "file \(path)"
        case .journald: "journald"
        }
    }
}

extension [UInt8] {
    /// Two digits for each byte.
    package var hexadecimal: String {
        map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
