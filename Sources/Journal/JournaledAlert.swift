// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// An alert that came, and what was done about it.
public struct JournaledAlert: Hashable, Sendable {
    public let time: WallTime
    /// The alert's name, as it stands for who wants something.
    public let author: String
    /// One word for what became of it.
    public let result: String
    /// In the alert's words.
    public let reason: String?
    /// In a sentence for people.
    public let text: String
    public let volume: DeviceName?
    public let pool: DeviceName?
    public let container: HistoryEntry.NamedContainer?

    public init(
        time: WallTime, author: String, result: String, reason: String? = nil, text: String, volume: DeviceName? = nil,
        pool: DeviceName? = nil, container: HistoryEntry.NamedContainer? = nil
    ) {
        self.time = time
        self.author = author
        self.result = result
        self.reason = reason
        self.text = text
        self.volume = volume
        self.pool = pool
        self.container = container
    }
}

extension Journal {
    /// Takes alerts into the history, in their order. On the disk, all of them or none, when this returns.
    public func record(_ alerts: [JournaledAlert]) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.tell(alerts.map { HistoryEntry($0) }) }
    }
}
