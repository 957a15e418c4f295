// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Digest
import FoundationEssentials
import Policy
import Units

/// What earlier forms had in tables of their own becomes the beginning of the history.
enum HistoryMigration {
    static let tables = """
        CREATE TABLE history (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            kind TEXT NOT NULL,
            volume TEXT, pool TEXT, container TEXT, container_id TEXT,
            entry TEXT NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE INDEX history_by_time ON history (time);
        CREATE INDEX history_by_kind ON history (kind, id);
        CREATE INDEX history_by_volume ON history (volume, id);
        CREATE INDEX history_by_container ON history (container, id) WHERE container IS NOT NULL;
        CREATE INDEX history_by_container_id ON history (container_id, id) WHERE container_id IS NOT NULL;
        CREATE TABLE history_anchor (id INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
        INSERT INTO history_anchor (id, hash) VALUES (0, zeroblob(32));
        CREATE TABLE audited (log TEXT NOT NULL PRIMARY KEY, id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        """

    /// In the order of their times.
    private static let before = """
        SELECT time AS at, 0 AS source, id, verdict, reason, text, name, pool, NULL FROM decisions
        UNION ALL SELECT time, 1, id, event, NULL, override, asked, NULL, NULL FROM override_events
        UNION ALL SELECT finished, 2, id, result, failure, intent, NULL, NULL, reached FROM growths WHERE finished IS NOT NULL
        ORDER BY at, source, id
        """

    /// Carries over what there is, to the last word; what cannot be read any more, as the text that it is.
    static func run(_ connection: borrowing Connection) throws(JournalError) {
        var link = HistoryLink(id: 0, hash: [UInt8](repeating: 0, count: SHA256.length))
        try connection.each(before) { row throws(JournalError) in
            link = try connection.append(entry(row), after: link)
        }
        try connection.execute("DROP TABLE decisions; DROP TABLE override_events")
    }

    private static func entry(_ row: borrowing Statement) -> HistoryEntry {
        let time = row.time(0)
        switch row.integer(1) {
        case 0:
            guard let verdict = JournaledDecision.Verdict(rawValue: row.text(3)) else {
                return unreadable(row, .decision, "\(row.text(4)): \(row.text(5))", row.text(6), row.text(7))
            }
            return HistoryEntry(
                JournaledDecision(
                    time: time, volume: DeviceName(row.text(6)), pool: DeviceName(row.text(7)), verdict: verdict,
                    reason: row.text(4), text: row.text(5)))
        case 1:
            guard let event = JournaledOverride.Event(rawValue: row.text(3)), let override: Override = decoded(row.text(5)) else {
                return unreadable(row, .override, "\(row.text(5)) by \(row.text(6))")
            }
            return HistoryEntry(
                JournaledOverride(
                    time: time, event: event, by: row.isNull(6) ? nil : decoded(row.text(6)), override: override))
        default:
            guard let result = GrowthOutcome.Result(rawValue: row.text(3)) else {
                return unreadable(row, .growth, row.text(5))
            }
            let outcome = GrowthOutcome(
                result, finishedAt: time, reached: row.isNull(8) ? nil : row.bytes(8),
                failure: row.isNull(4) ? nil : row.text(4))
            let order: Order? = decoded(row.text(5))
            return order == nil ? unreadable(row, .growth, row.text(5)) : HistoryEntry(outcome, of: order, in: nil)
        }
    }

    private static func unreadable(
        _ row: borrowing Statement, _ kind: HistoryEntry.Kind, _ text: String, _ volume: String? = nil, _ pool: String? = nil
    ) -> HistoryEntry {
        var entry = HistoryEntry(time: row.time(0), kind: kind, event: row.text(3), by: nil, text: text)
        (entry.volume, entry.pool) = (volume, pool)
        return entry
    }

    private static func decoded<Value: Decodable>(_ text: String) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }
}
