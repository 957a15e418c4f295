// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines

extension Journal {
    /// The newest entries that fit, oldest first. Read by a connection of its own, so that nothing else waits for it.
    public func history(_ query: HistoryQuery = HistoryQuery()) async throws(JournalError) -> [HistoryRecord] {
        try await read { connection throws(JournalError) in try connection.history(query) }
    }

    /// Reckons the whole chain of hashes anew: of 50,000 entries some seconds. Nothing else waits for it.
    public func verifyHistory() async throws(JournalError) -> HistoryVerification {
        try await read { connection throws(JournalError) in try connection.verifyHistory() }
    }

    /// On one of a few threads beside the journal's own, as of one moment.
    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing Connection) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let path = StateDirectory.path(in: directory)
        let busy = limits.busy
        let result: Result<Value, JournalError>
        do throws(DeadlineError) {
            result = try await readers.run(deadline: limits.reading) {
                do throws(JournalError) {
                    let connection = try Connection.open(path: path, busy: busy)
                    try connection.execute("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; BEGIN")
                    return .success(try body(connection))
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            throw .overloaded(path: path)
        }
        return try result.get()
    }
}
