// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// The copies of the host's mounts that a namespace of one's own begins with. Where the folder that a mount is in is private to the
/// host, as Docker's is, nobody tells the copy that the host has unmounted it: it would keep a removed container's device busy.
public enum MountCopies {
    /// Lets go of all copies that the host's umount does not reach, but for those that `needed` paths are on. The mount points.
    public static func letGo(needed: [String]) -> [String] {
        guard !HostView.root.isEmpty, let own = table("/proc/self/mountinfo"), let host = table("/proc/1/mountinfo") else {
            return []
        }
        // Lazily: nothing is opened or waited for.
        return unreached(own: own, host: host, needed: needed).filter {
            umount2($0, Int32(MNT_DETACH) | Int32(UMOUNT_NOFOLLOW)) == 0
        }
    }

    /// The mount points, what was mounted last first.
    static func unreached(own: [UInt8], host: [UInt8], needed: [String]) -> [String] {
        let own = lines(of: own).compactMap(Entry.init)
        let originals = Set(lines(of: host).compactMap(Entry.init).map(\.what))
        let followers = Set(own.filter(\.follows).map(\.id))
        return own.reversed().filter { entry in
            entry.what.point != "/" && !followers.contains(entry.parent) && originals.contains(entry.what)
                && !(needed + always).contains { contains(entry.what.point, $0) }
                && !given.contains { contains($0, entry.what.point) }
        }.map(\.what.point)
    }

    /// What every program lives on.
    private static let always = ["/usr", "/lib", "/lib64", "/etc", "/run", "/var/lib", "/var/log", "/tmp"]
    /// What the kernel shows, and what systemd hands over.
    private static let given = ["/proc", "/sys", "/dev", "/run/credentials", "/run/systemd"]

    private static func contains(_ folder: String, _ path: String) -> Bool { path == folder || path.hasPrefix(folder + "/") }

    private static func lines(of table: [UInt8]) -> [ArraySlice<UInt8>] { table.split(separator: UInt8(ascii: "\n")) }

    private static func table(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < limit {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return count == 0 ? bytes : nil }
            bytes += buffer.prefix(count)
        }
        return nil
    }

    /// 100,000 mounts take some 20 MiB.
    private static let limit = 64 << 20

    /// A line of mountinfo: `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`.
    private struct Entry {
        struct What: Hashable {
            var device: String
            var root: String
            var point: String
        }

        var id: String
        var parent: String
        var what: What
        /// What the host mounts and unmounts below it happens below it too.
        var follows: Bool

        init?(_ line: ArraySlice<UInt8>) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count > 6 else { return nil }
            let words = fields.map { String(decoding: $0, as: UTF8.self) }
            (id, parent) = (words[0], words[1])
            what = What(device: words[2], root: words[3], point: String(decoding: Entry.plain(fields[4]), as: UTF8.self))
            follows = words[6...].prefix { $0 != "-" }.contains { $0.hasPrefix("master:") }
        }

        /// Blanks, tabs, line ends and backslashes are written as a backslash and three octal digits.
        private static func plain(_ field: ArraySlice<UInt8>) -> [UInt8] {
            var plain: [UInt8] = []
            var rest = field[...]
            while let byte = rest.popFirst() {
                let digits = rest.prefix(3)
                if byte == UInt8(ascii: "\\"), digits.count == 3,
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
                {
                    plain.append(value)
                    rest = rest.dropFirst(3)
                } else {
                    plain.append(byte)
                }
            }
            return plain
        }
    }
}
