// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CSQLite
import Glibc
import Units

/// An open database. Closed when it goes. To be used by one thread at a time (it has no lock of its own).
struct Connection: ~Copyable {
    private let handle: OpaquePointer
    let path: String

    private init(handle: OpaquePointer, path: String) {
        self.handle = handle
        self.path = path
    }

    /// Opens a file that is there.
    static func open(path: String, busy: Duration) throws(JournalError) -> Connection {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        // SQLite gives a handle even when it fails, unless there is no memory for one.
        guard let handle else { throw .failed(path: path, reason: "no memory for a database connection") }
        let connection = Connection(handle: handle, path: path)
        guard code == SQLITE_OK else { throw connection.error }
        // What cannot be opened for writing, SQLite opens for reading.
        if sqlite3_db_readonly(handle, "main") == 1 { throw .notWritable(path: path, reason: "it is read-only") }
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, Int32(clamping: busy.nanosecondsClamped / 1_000_000))
        return connection
    }

    /// Opens a file for reading. `alone`: without the log beside it, and without a lock.
    static func open(readOnly path: String, alone: Bool) throws(JournalError) -> Connection {
        // As a URI: a byte of the path that means something there is written as its number (RFC 3986, 2.1).
        let digits = Array("0123456789ABCDEF".utf8)
        let escaped = path.utf8.flatMap { byte -> [UInt8] in
            "%?#".utf8.contains(byte) ? [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]] : [byte]
        }
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(
            "file:" + String(decoding: escaped, as: UTF8.self) + (alone ? "?immutable=1" : ""), &handle,
            SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nil)
        guard let handle else { throw .failed(path: path, reason: "no memory for a database connection") }
        let connection = Connection(handle: handle, path: path)
        guard code == SQLITE_OK else { throw connection.error }
        return connection
    }

    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that take nothing and give nothing.
    func execute(_ sql: String) throws(JournalError) {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw error }
    }

    /// Runs one statement to its end, and counts the rows that it changed.
    @discardableResult
    func run(_ sql: String, _ values: SQLValue...) throws(JournalError) -> Int {
        let statement = try prepare(sql, values)
        while try step(statement) {}
        return Int(sqlite3_changes64(handle))
    }

    /// Reads all rows of one statement.
    func rows<Row>(
        _ sql: String, _ values: SQLValue..., reading: (borrowing Statement) throws(JournalError) -> Row
    ) throws(JournalError) -> [Row] {
        try rows(sql, values, reading: reading)
    }

    func rows<Row>(
        _ sql: String, _ values: [SQLValue], reading: (borrowing Statement) throws(JournalError) -> Row
    ) throws(JournalError) -> [Row] {
        var rows: [Row] = []
        try each(sql, values) { row throws(JournalError) in rows.append(try reading(row)) }
        return rows
    }

    /// Goes through all rows of one statement, one after the other.
    func each(
        _ sql: String, _ values: [SQLValue] = [], _ body: (borrowing Statement) throws(JournalError) -> Void
    ) throws(JournalError) {
        let statement = try prepare(sql, values)
        while try step(statement) { try body(statement) }
    }

    /// The number of the row that was last put in.
    var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// All of `body`, or, if it throws, nothing. What was done is on the disk when this returns.
    func transaction<Value>(_ body: () throws(JournalError) -> Value) throws(JournalError) -> Value {
        try execute("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // A full disk has undone it already; then there is nothing left to undo, and SQLite says so.
            if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
            throw error
        }
    }

    private func prepare(_ sql: String, _ values: [SQLValue]) throws(JournalError) -> Statement {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else { throw error }
        let statement = Statement(handle: prepared)
        for (index, value) in values.enumerated() {
            guard statement.bind(value, at: Int32(index + 1)) == SQLITE_OK else { throw error }
        }
        return statement
    }

    private func step(_ statement: borrowing Statement) throws(JournalError) -> Bool {
        switch statement.step() {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw error
        }
    }

    /// What went wrong last.
    private var error: JournalError {
        let reason = String(cString: sqlite3_errmsg(handle))
        let systemCode = sqlite3_system_errno(handle)
        switch sqlite3_errcode(handle) & 0xFF {
        case SQLITE_FULL: return .full(path: path)
        case SQLITE_IOERR where systemCode == ENOSPC || systemCode == EDQUOT: return .full(path: path)
        case SQLITE_CORRUPT, SQLITE_NOTADB: return .corrupt(path: path, reason: reason)
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN: return .notWritable(path: path, reason: reason)
        case SQLITE_BUSY, SQLITE_LOCKED: return .busy(path: path)
        default: return .failed(path: path, reason: reason)
        }
    }
}
