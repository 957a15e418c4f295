// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Why the server does not listen.
public enum ServerError: Error, Hashable, Sendable {
    case addressInUse(String)
    case addressNotHere(String)
    /// The kernel's own words for anything else that hinders listening.
    case cannotListen(String, reason: String)
    /// A daemon answers on this socket.
    case daemonRuns(socketPath: String)
    /// Something that is no socket is where the socket should be.
    case notASocket(path: String)
    case pathTooLong(String, limit: Int)
    /// Others could put a socket of theirs there.
    case folderIsOpen(String)
    case folder(String, reason: String)
    case telemetryPath(String)
}

extension ServerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .addressInUse(let address):
            "cannot listen on \(address): something else does. `ss -ltnp` says what; stop it, or give another --web.listen-address"
        case .addressNotHere(let address):
            "cannot listen on \(address): this host has no such address. `ip address` lists those that it has"
        case .cannotListen(let address, let reason):
            "cannot listen on \(address): \(reason). Give another --web.listen-address, as in 127.0.0.1:10787"
        case .daemonRuns(let path):
            "a daemon answers on \(path) already: stop it first (`systemctl stop headroom`), or ask it instead"
        case .notASocket(let path): "\(path) is where the socket goes, and is something else: move it away"
        case .pathTooLong(let path, let limit):
            "\(path) is too long for a socket: the kernel takes \(limit) bytes at most"
        case .folderIsOpen(let folder):
            "\(folder), where the socket goes, can be written by others: `chmod go-w \(folder)`, or choose another folder"
        case .folder(let folder, let reason): "cannot make or read \(folder), where the socket goes: \(reason)"
        case .telemetryPath(let path):
            "`\(path)` cannot be the path of the metrics: it begins with a slash, is not / and has no other use, as /metrics"
        }
    }
}
