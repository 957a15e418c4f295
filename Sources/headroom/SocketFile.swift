// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// The daemon's socket, as a file.
struct SocketFile {
    let path: String

    /// Whether somebody listens, or may be listening behind a folder that is not ours to look into.
    var hasListener: Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        return result == 0 || errno == EACCES || errno == EPERM || errno == EAGAIN
    }
}
