// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy
public import Units

/// What was decided about a volume, and why: kept where it differs from what was decided before.
public struct JournaledDecision: Hashable, Sendable {
    public let time: WallTime
    public let volume: DeviceName
    public let pool: DeviceName
    public let verdict: Verdict
    /// Why it should be larger (`threshold`), or why it is not grown (`reserve`).
    public let reason: String
    /// For people, with names and numbers.
    public let text: String
    /// The filesystem's size, and the one that it is to have, where it is to be grown.
    public var before: Bytes?
    public var after: Bytes?
    /// Who asked for what was refused; nil for what the rules want.
    public var asked: Asked?
    public var container: HistoryEntry.NamedContainer?

    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        case grow
        /// It would be, if the mode were enforce.
        case wouldGrow = "would_grow"
        case refused
        /// It is large enough again, after a refusal.
        case content
    }

    public init(time: WallTime, volume: DeviceName, pool: DeviceName, verdict: Verdict, reason: String, text: String) {
        self.time = time
        self.volume = volume
        self.pool = pool
        self.verdict = verdict
        self.reason = reason
        self.text = text
    }
}

extension Journal {
    /// Takes decisions into the history, in their order.
    public func record(_ decisions: [JournaledDecision]) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.tell(decisions.map { HistoryEntry($0) }) }
    }
}
