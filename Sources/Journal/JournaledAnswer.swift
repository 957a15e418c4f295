// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// A request that its sender may send again: the key that he gave it, what it asked, and the answer once there is one.
public struct JournaledAnswer: Hashable, Sendable {
    public let key: String
    /// What was asked, so that the same key is not taken for another request.
    public let request: String
    public let time: WallTime
    /// Nil while it is worked at, and after a crash in the middle of it.
    public let answer: Answer?

    public struct Answer: Hashable, Sendable {
        public let status: Int
        public let body: String

        public init(status: Int, body: String) {
            self.status = status
            self.body = body
        }
    }

    public init(key: String, request: String, time: WallTime, answer: Answer? = nil) {
        self.key = key
        self.request = request
        self.time = time
        self.answer = answer
    }
}

extension Journal {
    /// Notes a request before it is worked at, unless its key is known: then what is known of it comes back. Keys beyond the
    /// limits in number and age go.
    public func begin(_ answer: JournaledAnswer) async throws(JournalError) -> JournaledAnswer? {
        try await run { ledger throws(JournalError) in try ledger.begin(answer) }
    }

    public func finish(_ key: String, _ answer: JournaledAnswer.Answer) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.finish(key, answer) }
    }
}

extension Ledger {
    func begin(_ answer: JournaledAnswer) throws(JournalError) -> JournaledAnswer? {
        try connection.transaction { () throws(JournalError) in
            try connection.run("DELETE FROM answers WHERE time < ?1", .real(answer.time.seconds - limits.answerAge.seconds))
            let known = try connection.rows(
                "SELECT request, time, status, body FROM answers WHERE key = ?1", .text(answer.key)
            ) { row throws(JournalError) in
                JournaledAnswer(
                    key: answer.key, request: row.text(0), time: row.time(1),
                    answer: row.isNull(2) ? nil : .init(status: Int(row.integer(2)), body: row.text(3)))
            }
            if let first = known.first { return first }
            try connection.run(
                "INSERT INTO answers (key, request, time) VALUES (?1, ?2, ?3)", .text(answer.key), .text(answer.request),
                .time(answer.time))
            try connection.run(
                "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY time DESC, key LIMIT -1 OFFSET ?1)",
                .count(limits.answers))
            return nil
        }
    }

    func finish(_ key: String, _ answer: JournaledAnswer.Answer) throws(JournalError) {
        try connection.run(
            "UPDATE answers SET status = ?2, body = ?3 WHERE key = ?1", .text(key), .integer(Int64(answer.status)),
            .text(answer.body))
    }
}
