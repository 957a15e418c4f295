// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CSQLite
import Units

/// A value on its way into the database.
enum SQLValue {
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
    case null

    /// SQLite's integers are signed; all 64 bits come back by `Statement.bytes`.
    static func bytes(_ bytes: Bytes?) -> SQLValue { bytes.map { .integer(Int64(bitPattern: $0.count)) } ?? .null }
    static func text(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
    static func time(_ time: WallTime) -> SQLValue { .real(time.seconds) }
    static func count(_ count: Int) -> SQLValue { .integer(Int64(count)) }
}

/// A prepared statement. Finalised when it goes.
struct Statement: ~Copyable {
    private let handle: OpaquePointer

    /// SQLITE_TRANSIENT, which Swift cannot import: SQLite copies what is bound before it returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    init(handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .real(let number): return sqlite3_bind_double(handle, index, number)
        case .null: return sqlite3_bind_null(handle, index)
        case .blob(let bytes):
            return bytes.withUnsafeBytes {
                sqlite3_bind_blob(handle, index, $0.baseAddress, Int32(clamping: $0.count), Statement.copied)
            }
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) {
                    sqlite3_bind_text(handle, index, $0.baseAddress, Int32(clamping: $0.count), Statement.copied)
                }
            }
        }
    }

    func step() -> Int32 { sqlite3_step(handle) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What is there, byte by byte, text too. Nil for NULL.
    func blob(_ column: Int32) -> [UInt8]? {
        if isNull(column) { return nil }
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func bytes(_ column: Int32) -> Bytes { Bytes(UInt64(bitPattern: integer(column))) }

    func time(_ column: Int32) -> WallTime { WallTime(seconds: sqlite3_column_double(handle, column)) }
}
