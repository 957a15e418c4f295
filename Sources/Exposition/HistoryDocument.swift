// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import FoundationEssentials
public import Journal
import Policy
import Units

/// What happened.
public struct HistoryDocument: Codable, Hashable, Sendable {
    /// Oldest first. None where only a verification was asked for.
    public var entries: [HistoryEntryDocument]
    /// Whether the history is as it was written, where that was asked.
    public var verification: HistoryVerificationDocument?

    public init(_ records: [HistoryRecord]) { entries = records.map { HistoryEntryDocument($0) } }

    public init(_ verification: HistoryVerification) {
        entries = []
        self.verification = HistoryVerificationDocument(verification)
    }
}

/// One thing that happened.
public struct HistoryEntryDocument: Codable, Hashable, Sendable {
    /// One more than that of the entry before it.
    public var id: Int64
    public var time: Date
    public var kind: HistoryEntry.Kind
    /// What became of it: `done`, `failed`, `refused`, `set`, ...
    public var event: String
    public var volume: String?
    public var pool: String?
    public var container: HistoryEntry.NamedContainer?
    /// Who asked; `rules` where nobody did.
    public var author: String
    public var source: HistoryEntry.Source
    public var reason: String?
    /// The filesystem's size, or the device's where only that has changed.
    public var beforeBytes: UInt64?
    public var afterBytes: UInt64?
    /// Only a device was made longer, ahead of need.
    public var runway: Bool?
    public var override: OverrideDocument?
    /// In a sentence for people.
    public var text: String
    /// SHA-256 over this entry and the hash before it, 64 hexadecimal digits.
    public var hash: String

    public init(_ record: HistoryRecord) {
        let entry = record.entry
        id = record.id
        time = Date(entry.time)
        kind = entry.kind
        event = entry.event
        volume = entry.volume
        pool = entry.pool
        container = entry.container
        author = entry.author
        source = entry.source
        reason = entry.reason
        beforeBytes = entry.before?.count
        afterBytes = entry.after?.count
        runway = entry.isRunway ? true : nil
        override = entry.override.map { OverrideDocument($0) }
        text = entry.text
        hash = record.hash.hexadecimal
    }
}

/// Whether the history is as it was written.
public struct HistoryVerificationDocument: Codable, Hashable, Sendable {
    /// Entries that are: all, or those before the fault.
    public var entries: Int
    /// Of those.
    public var first: Date?
    public var last: Date?
    public var newestId: Int64?
    public var newestHash: String?
    /// Entries that went before by their number or age.
    public var gone: Int64
    /// The first that is not as it was written, or is missing.
    public var fault: Fault?

    public struct Fault: Codable, Hashable, Sendable {
        public var id: Int64
        public var text: String
    }

    public init(_ verification: HistoryVerification) {
        entries = verification.entries
        first = verification.first.map { Date($0) }
        last = verification.last.map { Date($0) }
        newestId = verification.newestID
        newestHash = verification.newestHash?.hexadecimal
        gone = verification.gone
        fault = verification.fault.map { Fault(id: $0.id, text: $0.text) }
    }
}
