// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// systemd's journal, by its own protocol: a datagram of fields for each entry (systemd's docs/JOURNAL_NATIVE_PROTOCOL).
/// Closed when it goes.
struct JournaldSocket: ~Copyable {
    static let path = "/run/systemd/journal/socket"

    private let path: String
    private var descriptor: Int32 = -1

    init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    mutating func send(_ entry: AuditEntry) throws(AuditError) {
        if descriptor < 0 { descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0) }
        guard descriptor >= 0 else { throw failed(errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { throw failed(ENAMETOOLONG) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let bytes = JournaldSocket.datagram(entry)
        // Without waiting: journald may be stuck, and others wait for the journal.
        let count = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), target,
                    socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if count < 0 { throw failed(errno) }
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

    private func failed(_ code: Int32) -> AuditError {
        let reason = String(cString: strerror(code))
        return AuditError(
            text: "\(path): systemd's journal does not take the audit log: \(reason): see `systemctl status systemd-journald`")
    }
}
