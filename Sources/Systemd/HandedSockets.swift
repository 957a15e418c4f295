// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// Sockets that systemd listened on and handed over as it started this process (sd_listen_fds(3)).
public enum HandedSockets {
    /// The first descriptor; those after it follow without a gap.
    static let first: Int32 = 3
    /// More than anybody has.
    static let most: Int32 = 64

    /// Their descriptors, which are the caller's from then on. None where nothing was handed to this process. Ask once, early:
    /// whatever is opened before could be taken for one of them.
    public static func taken() throws(HandedSocketError) -> [Int32] {
        try taken(environment: { getenv($0).map { String(cString: $0) } }, process: getpid())
    }

    static func taken(environment: (String) -> String?, process: Int32) throws(HandedSocketError) -> [Int32] {
        guard environment("LISTEN_PID").flatMap({ Int32($0) }) == process else { return [] }
        guard let count = environment("LISTEN_FDS").flatMap({ Int32($0) }), count > 0, count <= most else { return [] }
        let descriptors = Array(first..<first + count)
        for descriptor in descriptors {
            try check(descriptor)
            // Not for children.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        return descriptors
    }

    /// It takes TCP connections.
    static func check(_ descriptor: Int32) throws(HandedSocketError) {
        guard option(SO_ACCEPTCONN, of: descriptor) == 1 else { throw HandedSocketError(descriptor, "nobody listens on it") }
        let domain = option(SO_DOMAIN, of: descriptor)
        guard domain == AF_INET || domain == AF_INET6 else { throw HandedSocketError(descriptor, "it is not one of TCP") }
    }

    private static func option(_ name: Int32, of descriptor: Int32) -> Int32? {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, name, &value, &length) == 0 ? value : nil
    }
}

public struct HandedSocketError: Error, Hashable, Sendable {
    public let descriptor: Int32
    public let reason: String

    init(_ descriptor: Int32, _ reason: String) {
        self.descriptor = descriptor
        self.reason = reason
    }
}

extension HandedSocketError: CustomStringConvertible {
    public var description: String {
        "descriptor \(descriptor), handed over by systemd, cannot be served: \(reason). headroom.socket has ListenStream= with a port"
    }
}
