// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy
import Units

extension Journal {
    /// What is known of alerts from earlier runs.
    public func alertDesk() async throws(JournalError) -> AlertDesk {
        try await run { ledger throws(JournalError) in try ledger.alertDesk() }
    }
}

extension Ledger {
    func alertDesk() throws(JournalError) -> AlertDesk {
        let cases: [AlertCase] = try connection.rows("SELECT entry FROM alert_cases") { row throws(JournalError) in
            try decoded(row.text(0), "what is known of an alert")
        }
        let grants: [AlertGrant] = try connection.rows("SELECT entry FROM alert_grants ORDER BY time") {
            row throws(JournalError) in try decoded(row.text(0), "what an alert was granted")
        }
        return AlertDesk(cases: cases, grants: grants)
    }

    /// Within the transaction of what they have set.
    func changeAlerts(_ changes: OverrideChanges) throws(JournalError) {
        for one in changes.forgotten {
            try connection.run("DELETE FROM alert_cases WHERE fingerprint = ?1", .text(one.key.fingerprint))
        }
        for one in changes.cases {
            try connection.run(
                """
                INSERT INTO alert_cases (fingerprint, entry) VALUES (?1, ?2)
                ON CONFLICT DO UPDATE SET entry = excluded.entry
                """, .text(one.key.fingerprint), .text(try encoded(one, "what is known of an alert")))
        }
        for id in changes.givenBack { try connection.run("DELETE FROM alert_grants WHERE override = ?1", .id(id)) }
        for grant in changes.grants {
            try connection.run(
                """
                INSERT INTO alert_grants (override, time, entry) VALUES (?1, ?2, ?3)
                ON CONFLICT DO UPDATE SET entry = excluded.entry
                """, .id(grant.override), .time(grant.time), .text(try encoded(grant, "what an alert was granted")))
        }
        guard let last = changes.grants.map(\.time).max() else { return }
        try connection.run(
            "DELETE FROM alert_grants WHERE time < ?1", .real(last.seconds - AlertRule.longestCooldown.seconds))
    }
}
