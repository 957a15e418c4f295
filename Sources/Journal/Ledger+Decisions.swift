// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

extension Ledger {
    func record(_ decisions: [JournaledDecision]) throws(JournalError) {
        guard let last = decisions.map(\.time).max() else { return }
        try connection.transaction { () throws(JournalError) in
            for decision in decisions {
                try connection.run(
                    "INSERT INTO decisions (time, name, pool, verdict, reason, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    .time(decision.time), .text(decision.volume.description), .text(decision.pool.description),
                    .text(decision.verdict.rawValue), .text(decision.reason),
                    .text(String(decision.text.prefix(limits.failureCharacters))))
            }
            try connection.run("DELETE FROM decisions WHERE time < ?1", .real(last.seconds - limits.decisionAge.seconds))
            try connection.run(
                "DELETE FROM decisions WHERE id <= (SELECT id FROM decisions ORDER BY id DESC LIMIT 1 OFFSET ?1)",
                .count(limits.decisions))
        }
    }

    /// Newest first.
    func decisions(about volume: DeviceName?, limit: Int) throws(JournalError) -> [JournaledDecision] {
        let columns = "SELECT time, name, pool, verdict, reason, text FROM decisions"
        let order = "ORDER BY id DESC LIMIT ?1"
        guard let volume else { return try decisions("\(columns) \(order)", .count(max(0, limit))) }
        return try decisions(
            "\(columns) WHERE name = ?2 \(order)", .count(max(0, limit)), .text(volume.description))
    }

    private func decisions(_ sql: String, _ values: SQLValue...) throws(JournalError) -> [JournaledDecision] {
        try connection.rows(sql, values) { row throws(JournalError) in
            guard let verdict = JournaledDecision.Verdict(rawValue: row.text(3)) else {
                throw .corrupt(path: connection.path, reason: "a decision about \(row.text(1)) has the verdict \(row.text(3))")
            }
            return JournaledDecision(
                time: row.time(0), volume: DeviceName(row.text(1)), pool: DeviceName(row.text(2)), verdict: verdict,
                reason: row.text(4), text: row.text(5))
        }
    }
}
