// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Systemd

/// systemd's journal, by its own protocol: a datagram of fields for each entry (systemd's docs/JOURNAL_NATIVE_PROTOCOL).
struct JournaldSocket: ~Copyable {
    static let path = "/run/systemd/journal/socket"

    private let path: String
    private var socket: DatagramSocket

    init(path: String) {
        self.path = path
        socket = DatagramSocket(path: path)
    }

    mutating func send(_ entry: AuditEntry) throws(AuditError) {
        do throws(SystemError) {
            try socket.send(JournaldSocket.datagram(entry))
        } catch {
            throw AuditError(
                text: "\(path): systemd's journal does not take the audit log: \(error): see `systemctl status systemd-journald`")
        }
    }

    static func datagram(_ entry: AuditEntry) -> [UInt8] {
        let subject = [entry.volume ?? entry.pool, entry.text].compactMap { $0 }.joined(separator: ": ")
        let isTrouble = ["failed", "interrupted", "refused"].contains(entry.event)
        let fields: [(String, String?)] = [
            // syslog's warning and informational.
            ("MESSAGE", "\(entry.kind) \(entry.event): \(subject)"), ("PRIORITY", isTrouble ? "4" : "6"),
            ("SYSLOG_IDENTIFIER", "headroom"), ("HEADROOM_ID", "\(entry.id)"), ("HEADROOM_KIND", entry.kind),
            ("HEADROOM_EVENT", entry.event), ("HEADROOM_VOLUME", entry.volume), ("HEADROOM_POOL", entry.pool),
            ("HEADROOM_AUTHOR", entry.author), ("HEADROOM_HASH", entry.hash), ("HEADROOM_ENTRY", entry.json),
        ]
        var bytes: [UInt8] = []
        for case (let name, let value?) in fields {
            // A value may hold line breaks: so its length stands before it, as 64 bits, the smallest first.
            bytes += Array(name.utf8) + [UInt8(ascii: "\n")]
            let value = Array(value.utf8)
            bytes += (0..<8).map { UInt8(truncatingIfNeeded: UInt64(value.count) >> UInt64(8 * $0)) }
            bytes += value + [UInt8(ascii: "\n")]
        }
        return bytes
    }
}
