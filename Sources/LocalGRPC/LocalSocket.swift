// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CLinux
import Glibc
import Units

/// One end of a Unix socket, with a time by which all has to be done. Blocks.
struct LocalSocket: ~Copyable {
    private let descriptor: Int32
    private let timeout: Duration
    private let deadline: MonotonicTime

    init(connectingTo path: String, user: UInt32, within timeout: Duration) throws(LocalGRPCError) {
        self.timeout = timeout
        deadline = LocalSocket.now().advanced(by: timeout)
        descriptor = try LocalSocket.connected(to: path, user: user)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func send(_ bytes: [UInt8]) throws(LocalGRPCError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            try wait(for: POLLOUT)
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno != EAGAIN, errno != EINTR { throw LocalSocket.error(errno) }
            rest = rest.dropFirst(max(count, 0))
        }
    }

    /// Exactly so many bytes.
    func receive(_ count: Int) throws(LocalGRPCError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            try wait(for: POLLIN)
            let read = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress.map { $0 + filled }, count - filled, 0) }
            if read == 0 { throw .broken("the connection was closed without an answer") }
            if read < 0, errno != EAGAIN, errno != EINTR { throw LocalSocket.error(errno) }
            filled += max(read, 0)
        }
        return bytes
    }

    private func wait(for event: Int32) throws(LocalGRPCError) {
        while true {
            let rest = deadline.since(LocalSocket.now())
            guard rest > .zero else { throw .timeout(timeout) }
            var asked = pollfd(fd: descriptor, events: Int16(event), revents: 0)
            let found = poll(&asked, 1, Int32(clamping: rest.nanosecondsClamped / 1_000_000 + 1))
            if found > 0 { return }
            if found < 0, errno != EINTR { throw LocalSocket.error(errno) }
        }
    }

    // MARK: The system

    private static let options = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)

    private static func connected(to path: String, user: UInt32) throws(LocalGRPCError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | options, 0)
        guard descriptor >= 0 else { throw error(errno) }
        do throws(LocalGRPCError) {
            try connect(descriptor, to: path)
            var peer = hr_ucred()
            var length = socklen_t(MemoryLayout<hr_ucred>.size)
            guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 else { throw error(errno) }
            guard peer.uid == user else { throw .user(peer.uid) }
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    private static func connect(_ descriptor: Int32, to path: String) throws(LocalGRPCError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let fits = withUnsafeMutableBytes(of: &address.sun_path) { space in
            guard bytes.count < space.count else { return false }
            space.copyBytes(from: bytes)
            return true
        }
        guard fits else { throw .broken("the socket's path is too long") }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // A listener whose queue is full says EAGAIN, at once.
        if status != 0 { throw error(errno) }
    }

    private static func error(_ errno: Int32) -> LocalGRPCError {
        switch errno {
        case ENOENT, ECONNREFUSED, ENOTDIR: .nobodyListens
        case EACCES, EPERM: .permissionDenied
        default: .broken(String(cString: strerror(errno)))
        }
    }

    private static func now() -> MonotonicTime {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return MonotonicTime(nanoseconds: UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec))
    }
}
