// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Units

/// Follows the history, on the journal's thread, and writes what is new of it into the audit log.
struct AuditTrail: ~Copyable {
    private var log: AuditLog?
    private var file = AuditFile(path: "")
    private var socket: JournaldSocket
    /// The last entry that is in the log; nil until it is known.
    private var written: Int64?
    /// Not before that: what failed is tried again once a second.
    private var next = ContinuousClock.now

    /// Entries at once; then others that wait for the journal have their turn.
    static let atOnce = 500
    static let patience = Duration.seconds(1)

    init(journald: String = JournaldSocket.path) { socket = JournaldSocket(path: journald) }

    /// Whether there is more to write at once.
    mutating func follow(_ ledger: borrowing Ledger, _ desk: AuditDesk) -> Bool {
        turn(to: desk.log)
        guard let log, ContinuousClock.now >= next else { return false }
        do throws(AuditError) {
            let hasMore = try write(to: log, from: ledger, desk)
            desk.tell { $0.trouble = nil }
            return hasMore
        } catch {
            next = .now.advanced(by: AuditTrail.patience)
            desk.tell {
                $0.failures += 1
                $0.trouble = error.text
            }
            return false
        }
    }

    private mutating func turn(to log: AuditLog?) {
        if log == self.log { return }
        self.log = log
        written = nil
        next = .now
        if case .file(let path)? = log { file = AuditFile(path: path) } else { file = AuditFile(path: "") }
    }

    private mutating func write(
        to log: AuditLog, from ledger: borrowing Ledger, _ desk: AuditDesk
    ) throws(AuditError) -> Bool {
        var last = try begin(log, ledger)
        let entries = try AuditError.of { () throws(JournalError) in try ledger.audited(after: last, AuditTrail.atOnce) }
        guard let first = entries.first else { return false }
        if first.id > last + 1 { desk.tell { $0.lost += UInt64(first.id - last - 1) } }
        if case .file = log { try file.prepare() }
        defer {
            written = last
            // Once more after a crash is better than not at all, so this is not waited for.
            try? ledger.noteAudited(log, last)
        }
        for entry in entries {
            switch log {
            case .file: try file.append(entry.line)
            case .journald: try socket.send(entry)
            }
            last = entry.id
        }
        return entries.count == AuditTrail.atOnce
    }

    /// The last entry that is in the log.
    private mutating func begin(_ log: AuditLog, _ ledger: borrowing Ledger) throws(AuditError) -> Int64 {
        if let written { return written }
        let known = try AuditError.of { () throws(JournalError) in try ledger.lastAudited(log) }
        switch log {
        case .journald:
            // Thousands at once it would leave out.
            let now = try AuditError.of { () throws(JournalError) in try ledger.connection.historyCount() }
            let last = known ?? now
            written = last
            return last
        case .file:
            try file.prepare()
            var last = known ?? 0
            // What a crash kept from being noted stands in the file itself.
            if let tail = file.tail(), tail.id > last,
                try AuditError.of({ () throws(JournalError) in try ledger.historyHash(of: tail.id) == tail.hash })
            {
                last = tail.id
            }
            written = last
            return last
        }
    }
}

/// Why the audit log does not take an entry.
struct AuditError: Error {
    /// For people: what happened, to what, what to do.
    var text: String

    static func of<Value>(_ body: () throws(JournalError) -> Value) throws(AuditError) -> Value {
        do throws(JournalError) { return try body() } catch { throw AuditError(text: error.description) }
    }
}

/// An entry as the audit log gets it.
struct AuditEntry {
    let id: Int64
    let hash: String
    let kind: String
    let event: String
    let volume: String?
    let pool: String?
    let author: String
    let text: String
    /// As it stands in the journal.
    let json: String

    /// Its number and its hash, then what the journal has, in one line.
    var line: String { "\(AuditEntry.head)\(id),\"hash\":\"\(hash)\",\(json.dropFirst())\n" }

    private static let head = "{\"id\":"

    /// The number and the hash in a line.
    static func place(in line: some StringProtocol) -> (id: Int64, hash: String)? {
        guard line.hasPrefix(head), let comma = line.firstIndex(of: ","),
            let id = Int64(line[line.index(line.startIndex, offsetBy: head.count)..<comma])
        else { return nil }
        let key = "\"hash\":\""
        let rest = line[line.index(after: comma)...]
        guard rest.hasPrefix(key) else { return nil }
        return (id, String(rest.dropFirst(key.count).prefix { $0 != "\"" }))
    }
}
