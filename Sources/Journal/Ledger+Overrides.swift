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
            try append(
                changes.alerts.map { HistoryEntry($0) } + changes.decisions.map { HistoryEntry($0) }
                    + changes.events.map { HistoryEntry($0) })
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
