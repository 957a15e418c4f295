// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// Where LXD and Incus may listen. Where nobody says otherwise: the package's place, and that of LXD's snap.
public struct LXDSockets: Hashable, Sendable {
    public struct Place: Hashable, Sendable {
        public var path: String
        /// Who is expected there; its answer tells who it is.
        public var daemon: LXDVolume.Daemon
    }

    public var places: [Place]

    /// By the environment variables that these programs know themselves.
    public init() { self.init { name in getenv(name).map { String(cString: $0) } } }

    init(environment: (String) -> String?) {
        func said(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        func paths(_ program: String, _ standard: [String]) -> [String] {
            if let path = said("\(program)_SOCKET") { return [path] }
            return said("\(program)_DIR").map { ["\($0)/unix.socket"] } ?? standard
        }
        let lxd = paths("LXD", ["/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket"])
        let incus = paths("INCUS", ["/var/lib/incus/unix.socket", "/run/incus/unix.socket"])
        places = lxd.map { Place(path: $0, daemon: .lxd) } + incus.map { Place(path: $0, daemon: .incus) }
    }
}
