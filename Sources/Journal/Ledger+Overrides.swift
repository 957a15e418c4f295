// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Policy
import Units

extension Ledger {
    func overrides() throws(JournalError) -> [Override] {
        try connection.rows("SELECT override FROM overrides ORDER BY id") { row throws(JournalError) in
            try override(row.text(0))
        }
    }

    func change(_ changes: OverrideChanges, forgettingOthers: Bool) throws(JournalError) {
        try connection.transaction { () throws(JournalError) in
            if forgettingOthers {
                for table in ["overrides", "alert_cases", "alert_grants"] { try connection.run("DELETE FROM \(table)") }
            }
            try changeAlerts(changes)
            for id in changes.removed { try connection.run("DELETE FROM overrides WHERE id = ?1", .id(id)) }
            for override in changes.put {
                try connection.run(
                    "INSERT INTO overrides (id, override) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET override = excluded.override",
                    .id(override.id), .text(try encoded(override, "the override")))
            }
            for event in changes.events { try note(event) }
            guard let last = changes.events.map(\.time).max() else { return }
            try connection.run(
                "DELETE FROM override_events WHERE time < ?1", .real(last.seconds - limits.overrideEventAge.seconds))
            try connection.run(
                """
                DELETE FROM override_events WHERE id <= (SELECT id FROM override_events ORDER BY id DESC LIMIT 1 OFFSET ?1)
                """, .count(limits.overrideEvents))
        }
    }

    private func note(_ event: JournaledOverride) throws(JournalError) {
        var by: String?
        if let asked = event.by { by = try encoded(asked, "who asked") }
        try connection.run(
            "INSERT INTO override_events (time, event, asked, override) VALUES (?1, ?2, ?3, ?4)",
            .time(event.time), .text(event.event.rawValue), .text(by), .text(try encoded(event.override, "the override")))
    }

    /// Newest first.
    func overrideEvents(limit: Int) throws(JournalError) -> [JournaledOverride] {
        try connection.rows(
            "SELECT time, event, asked, override FROM override_events ORDER BY id DESC LIMIT ?1", .count(max(0, limit))
        ) { row throws(JournalError) in
            guard let event = JournaledOverride.Event(rawValue: row.text(1)) else {
                throw .corrupt(path: connection.path, reason: "an override was `\(row.text(1))`, which is nothing")
            }
            let by: Asked? = row.isNull(2) ? nil : try decoded(row.text(2), "who asked")
            return JournaledOverride(time: row.time(0), event: event, by: by, override: try override(row.text(3)))
        }
    }

    private func override(_ text: String) throws(JournalError) -> Override { try decoded(text, "an override") }

    func decoded<Value: Decodable>(_ text: String, _ what: String) throws(JournalError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw .corrupt(path: connection.path, reason: "\(what) cannot be read")
        }
    }
}

extension SQLValue {
    static func id(_ id: OverrideID) -> SQLValue { .integer(Int64(id.number)) }
}
