// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// Makes ready the place of the Unix socket, so that nobody but its owner gets at it from the first moment on.
enum SocketFolder {
    /// Makes the folder (0700) if it is missing, and looks that others cannot put a socket of theirs there.
    /// New files of this process are its owner's alone from here on: the socket's mode comes from the umask at bind.
    static func prepare(for path: String) throws(ServerError) {
        guard path.utf8.count <= Limits.socketPath else { throw .pathTooLong(path, limit: Limits.socketPath) }
        let folder = folder(of: path)
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw .folder(folder, reason: String(cString: strerror(errno))) }
        var status = stat()
        guard stat(folder, &status) == 0 else { throw .folder(folder, reason: String(cString: strerror(errno))) }
        let isOpen = status.st_mode & 0o022 != 0 && status.st_mode & mode_t(S_ISVTX) == 0
        let isTrusted = status.st_uid == geteuid() || status.st_uid == 0
        guard !isOpen, isTrusted else { throw .folderIsOpen(folder) }
        umask(umask(0o077) | 0o077)
        try checkNobodyIsThere(path)
    }

    /// What is left of a daemon that died may be replaced; a daemon that answers, or another file, may not.
    private static func checkNobodyIsThere(_ path: String) throws(ServerError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & mode_t(S_IFMT) == mode_t(S_IFSOCK) else { throw .notASocket(path: path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // EAGAIN: somebody listens and is busy.
        if result == 0 || errno == EAGAIN { throw .daemonRuns(socketPath: path) }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
