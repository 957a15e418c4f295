// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Glibc
import Host
import Policy
import Units

@testable import Journal

/// A directory of the test's own, gone with everything in it when this goes.
final class Scratch: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/headroom-journal-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ScratchError(code: errno) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["headroom.db", "headroom.db-wal", "headroom.db-shm"] {
            unlink("\(path)/state/\(name)")
            unlink("\(path)/\(name)")
        }
        unlink("\(path)/audit.jsonl")
        unlink("\(path)/audit.jsonl.1")
        unlink("\(path)/journald")
        rmdir("\(path)/state")
        rmdir(path)
    }

    var database: String { path + "/headroom.db" }

    /// Writes over a part of the file, or makes it.
    func overwrite(at offset: Int, with bytes: [UInt8]) {
        let descriptor = Glibc.open(database, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        _ = pwrite(descriptor, bytes, bytes.count, offset)
        close(descriptor)
    }

    struct ScratchError: Error { let code: Int32 }
}

/// Somebody else who has the database open.
final class Stranger {
    private let connection: Connection

    init(_ scratch: Scratch) throws { connection = try Connection.open(path: scratch.database, busy: .zero) }

    func execute(_ sql: String) throws { try connection.execute(sql) }

    func run(_ sql: String, _ values: SQLValue...) throws {
        try connection.each(sql, values) { _ throws(JournalError) in }
    }

    func texts(_ sql: String) throws -> [String] {
        try connection.rows(sql) { row throws(JournalError) in row.text(0) }
    }

    /// As an earlier form would have made it.
    static func form(_ form: Int, in scratch: Scratch) throws -> Stranger {
        scratch.overwrite(at: 0, with: [])
        let stranger = try Stranger(scratch)
        try Schema.prepare(stranger.connection, form: form)
        return stranger
    }
}

extension VolumeIdentity {
    static func numbered(_ n: Int) -> VolumeIdentity {
        // Names are bytes, not always UTF-8.
        VolumeIdentity(
            name: DeviceName(bytes: Array("vol \"\(n)\" ".utf8) + [0xFF, 0x5C]), uuid: n % 2 == 0 ? "" : "LVM-ü\(n)",
            poolName: DeviceName("depot'\(n % 3)"), thinID: UInt32(n))
    }
}

extension Order {
    static func numbered(_ n: Int) -> Order {
        Order(
            volume: .numbered(n), kind: n % 2 == 0 ? .ext4 : .xfs, reason: .burst, from: .mebibytes(256), to: .mebibytes(512),
            deviceFrom: Sectors(524_288), deviceTo: Sectors(1_048_576), price: .mebibytes(3),
            limitedBy: n % 3 == 0 ? Refusal(.maximumShare, "half of \u{1}\"it\"", hint: "raise it") : nil)
    }
}

extension WallTime {
    static func day(_ n: Int) -> WallTime { WallTime(seconds: 1_700_000_000 + Double(n) * 86_400) }
}

extension GrowthOutcome {
    static func done(_ time: WallTime) -> GrowthOutcome { GrowthOutcome(.done, finishedAt: time, reached: .mebibytes(512)) }
}
