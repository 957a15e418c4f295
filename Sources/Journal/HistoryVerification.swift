// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// Whether the history is as it was written.
///
/// Noticed is each change, removal, exchange and insertion of entries by whoever does not reckon all later hashes anew; and, as far
/// as the count of all that ever were is left alone, an end that was cut off. Whoever does all of that is found out by the audit
/// log, or by the newest hash where it was noted elsewhere.
public struct HistoryVerification: Hashable, Sendable {
    /// Entries that are as they were written: all of them, or those before the fault.
    public var entries = 0
    /// Of those.
    public var first: WallTime?
    public var last: WallTime?
    /// The last of those.
    public var newestID: Int64?
    public var newestHash: [UInt8]?
    /// Entries that had gone before by their number or age.
    public var gone: Int64 = 0
    public var fault: Fault?

    /// The first entry that is not as it was written, or is missing.
    public struct Fault: Hashable, Sendable {
        public var id: Int64
        public var text: String

        public init(id: Int64, text: String) {
            self.id = id
            self.text = text
        }
    }

    public init() {}
}

extension Connection {
    /// Goes through all of it. Inside a transaction, so that it is one moment's.
    func verifyHistory() throws(JournalError) -> HistoryVerification {
        var found = HistoryVerification()
        guard var link = try historyAnchor(), try isAnchorAlone() else {
            found.fault = .init(id: 1, text: "what the first entry stands behind is missing")
            return found
        }
        found.gone = link.id
        try each("SELECT \(HistoryRow.columns) FROM history ORDER BY id") { statement throws(JournalError) in
            guard found.fault == nil else { return }
            let row = HistoryRow(statement)
            let hash = statement.blob(8)
            if row.id <= link.id {
                found.fault = .init(id: row.id, text: "entry \(row.id) was put in")
            } else if row.id != link.id + 1 {
                let range = row.id == link.id + 2 ? "entry \(link.id + 1) is" : "entries \(link.id + 1) to \(row.id - 1) are"
                found.fault = .init(id: link.id + 1, text: "\(range) missing")
            } else if row.hash(after: link.hash) != hash {
                found.fault = .init(id: row.id, text: "entry \(row.id) is not as it was written behind the one before it")
            } else {
                link = HistoryLink(id: row.id, hash: hash ?? [])
                let time = WallTime(milliseconds: row.time)
                found.entries += 1
                found.first = found.first ?? time
                found.last = time
                found.newestID = row.id
                found.newestHash = hash
            }
        }
        if found.fault != nil { return found }
        let count = try historyCount()
        if count > link.id {
            found.fault = .init(id: link.id + 1, text: "entries \(link.id + 1) to \(count) are missing: the end was cut off")
        } else if count < link.id {
            found.fault = .init(id: link.id, text: "the count of all entries was set back to \(count)")
        } else if found.entries == 0, link.id > 0 {
            // The newest entry never goes by itself.
            found.fault = .init(id: link.id, text: "all entries are missing, up to \(link.id)")
        } else {
            let findings = try rows("PRAGMA integrity_check(history)") { row throws(JournalError) in row.text(0) }
            if let finding = findings.first, finding != "ok" {
                found.fault = .init(id: link.id, text: "its indexes do not agree with its entries: \(finding)")
            }
        }
        return found
    }

    private func isAnchorAlone() throws(JournalError) -> Bool {
        try rows("SELECT count(*) FROM history_anchor") { row throws(JournalError) in row.integer(0) } == [1]
    }
}
