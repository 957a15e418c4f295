// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Units

/// How much anybody on this host has written so far: into the page cache (`nr_dirtied`) and to disks (`pgpgout`), from
/// /proc/vmstat (Documentation/filesystems/proc.rst). What goes both ways counts twice: it is for noticing, not for reckoning.
final class WriteMeter: Sendable {
    private let descriptor: Int32
    private let pageSize = UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 1))

    init(path: String = "/proc/vmstat") { descriptor = open(path, O_RDONLY | O_CLOEXEC) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Nil where the kernel does not tell.
    func read() -> Bytes? {
        guard descriptor >= 0 else { return nil }
        // The whole is some 4 KiB, of which the kernel makes as much as is asked for.
        let text = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, count in
            count = max(pread(descriptor, buffer.baseAddress, buffer.count, 0), 0)
        }
        return WriteMeter.written(vmstat: text, pageSize: pageSize)
    }

    /// Pure, on the kernel's own text.
    static func written(vmstat text: [UInt8], pageSize: UInt64) -> Bytes? {
        var dirtied: UInt64?
        var paged: UInt64?
        for line in text.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "nr_dirtied ".utf8) {
                dirtied = UInt64(String(decoding: line.dropFirst(11), as: UTF8.self))
            } else if line.starts(with: "pgpgout ".utf8) {
                paged = UInt64(String(decoding: line.dropFirst(8), as: UTF8.self))
            }
        }
        guard let dirtied else { return nil }
        return Bytes(pageSize).scaled(by: dirtied) + .kibibytes(paged ?? 0)
    }
}
