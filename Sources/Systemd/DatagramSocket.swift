// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// Sends datagrams to a Unix socket. Closed when it goes.
public struct DatagramSocket: ~Copyable {
    private let path: String
    private var descriptor: Int32 = -1

    /// `path`: of a file, or a name without one, which begins with `@`.
    public init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Never waits: who reads may be stuck, and others wait for the sender.
    public mutating func send(_ bytes: [UInt8]) throws(SystemError) {
        if descriptor < 0 { descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0) }
        guard descriptor >= 0 else { throw SystemError(errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { throw SystemError(ENAMETOOLONG) }
        // A name without a file is told by a zero at its start, and ends where the address does.
        let isAbstract = name.first == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? MemoryLayout<sa_family_t>.size
        let length = isAbstract ? start + name.count : MemoryLayout<sockaddr_un>.size
        let count = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL), target, socklen_t(length))
            }
        }
        if count < 0 { throw SystemError(errno) }
    }
}

/// A system call that failed.
public struct SystemError: Error, Hashable, Sendable {
    public let code: Int32

    public init(_ code: Int32) { self.code = code }
}

extension SystemError: CustomStringConvertible {
    public var description: String { String(cString: strerror(code)) }
}
