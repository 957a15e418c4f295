// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Where containerds listen on this host: wherever their configuration says, so the kernel's own list of sockets is asked
/// (/proc/PID/net/unix; the first process' is the host's, also in a container that sees the host's processes).
enum ContainerdSockets {
    enum Limits {
        /// Of the list; a socket takes some 100 bytes.
        static let listBytes = 64 << 20
    }

    static let list = "/proc/1/net/unix"

    static func paths(in files: any FileReading) throws(FileError) -> [String] {
        paths(listed: String(decoding: try files.contents(of: list, limit: Limits.listBytes), as: UTF8.self))
    }

    /// Num, RefCount, Protocol, Flags, Type, St, Inode, Path: those that somebody listens on and that are called so.
    static func paths(listed text: String) -> [String] {
        let found = text.split(separator: "\n").compactMap { line -> String? in
            guard line.hasSuffix("containerd.sock") else { return nil }
            let words = line.split(separator: " ", maxSplits: 7)
            guard words.count == 8, words[3] == "00010000", words[7].hasPrefix("/"), words[7].hasSuffix("/containerd.sock") else {
                return nil
            }
            return String(words[7])
        }
        return Set(found).sorted()
    }
}
