// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FailPoints
import FoundationEssentials
import Host
import Policy
import Units

/// Growths: the intent before the first step, the outcome after the last.
extension Ledger {
    /// On the disk when this returns, and with it what has to last of the growth.
    func begin(_ order: Order, keeping volume: KeptVolume? = nil, at time: WallTime) throws(JournalError) -> GrowthID {
        let intent = try encoded(order, "the order")
        FailPoint.intentBefore.reached()
        let id = try connection.transaction { () throws(JournalError) in
            let open = try connection.rows("SELECT count(*) FROM growths WHERE finished IS NULL") { row throws(JournalError) in
                Int(row.integer(0))
            }.first
            if let open, open >= limits.unfinished { throw .tooManyUnfinished(path: connection.path, count: open) }
            if let volume { try put(volume) }
            try connection.run("INSERT INTO growths (intent, started) VALUES (?1, ?2)", .text(intent), .time(time))
            FailPoint.intentUncommitted.reached()
            return GrowthID(connection.lastRow)
        }
        FailPoint.intentAfter.reached()
        return id
    }

    /// The end of a growth, and its place in the history. `container`: the one on its volume. `decisions` are told before it.
    func finish(
        _ id: GrowthID, _ outcome: GrowthOutcome, in container: HistoryEntry.NamedContainer? = nil,
        after decisions: [JournaledDecision] = []
    ) throws(JournalError) {
        let failure = outcome.failure.map { String($0.prefix(limits.failureCharacters)) }
        FailPoint.outcomeBefore.reached()
        try connection.transaction { () throws(JournalError) in
            let changed = try connection.run(
                "UPDATE growths SET finished = ?2, result = ?3, reached = ?4, failure = ?5 WHERE id = ?1 AND finished IS NULL",
                .integer(id.number), .time(outcome.finishedAt), .text(outcome.result.rawValue), .bytes(outcome.reached),
                .text(failure))
            guard changed == 1 else { throw .notOpen(id) }
            let orders = try connection.rows("SELECT intent FROM growths WHERE id = ?1", .integer(id.number)) {
                row throws(JournalError) in try? order(row.text(0), of: id)
            }
            try append(decisions.map { HistoryEntry($0) } + [HistoryEntry(outcome, of: orders.first ?? nil, in: container)])
            try connection.run(
                "DELETE FROM growths WHERE finished < ?1", .real(outcome.finishedAt.seconds - limits.growthAge.seconds))
            try connection.run(
                """
                DELETE FROM growths WHERE finished IS NOT NULL AND id <=
                    (SELECT id FROM growths WHERE finished IS NOT NULL ORDER BY id DESC LIMIT 1 OFFSET ?1)
                """, .count(limits.growths))
            FailPoint.outcomeUncommitted.reached()
        }
        FailPoint.outcomeAfter.reached()
    }

    /// Oldest first.
    func unfinished() throws(JournalError) -> [JournaledGrowth] {
        try growths("WHERE finished IS NULL ORDER BY id LIMIT ?1", limits.unfinished)
    }

    /// Newest first, open ones too.
    func recent(_ limit: Int) throws(JournalError) -> [JournaledGrowth] {
        try growths("ORDER BY id DESC LIMIT ?1", max(0, limit))
    }

    private func growths(_ which: String, _ limit: Int) throws(JournalError) -> [JournaledGrowth] {
        let columns = "id, intent, started, finished, result, reached, failure"
        return try connection.rows("SELECT \(columns) FROM growths \(which)", .count(limit)) { row throws(JournalError) in
            let id = GrowthID(row.integer(0))
            var outcome: GrowthOutcome?
            if !row.isNull(3) {
                guard let result = GrowthOutcome.Result(rawValue: row.text(4)) else { throw unreadable(id, "its result") }
                outcome = GrowthOutcome(
                    result, finishedAt: row.time(3), reached: row.isNull(5) ? nil : row.bytes(5),
                    failure: row.isNull(6) ? nil : row.text(6))
            }
            return JournaledGrowth(id: id, order: try order(row.text(1), of: id), startedAt: row.time(2), outcome: outcome)
        }
    }

    func encoded(_ value: some Encodable, _ what: String) throws(JournalError) -> String {
        try connection.encoded(value, what)
    }

    private func order(_ text: String, of id: GrowthID) throws(JournalError) -> Order {
        do { return try JSONDecoder().decode(Order.self, from: Data(text.utf8)) } catch { throw unreadable(id, "its order") }
    }

    private func unreadable(_ id: GrowthID, _ what: String) -> JournalError {
        .corrupt(path: connection.path, reason: "of growth \(id), \(what) cannot be read")
    }
}

extension Connection {
    /// The same text for the same value.
    func encoded(_ value: some Encodable, _ what: String) throws(JournalError) -> String {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw .failed(path: path, reason: "\(what) cannot be written down: \(error)")
        }
    }
}
