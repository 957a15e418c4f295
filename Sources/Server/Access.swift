// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import HTTPTypes
import Hummingbird

/// Who may ask for what.
enum Access {
    /// Throws a ``Refused`` to those who may not.
    static func check(_ route: Route?, _ request: Request, through door: Door, _ connection: Connection) async throws {
        switch door {
        case .socket:
            let user = try await connection.peerUser()
            guard allows(user: user, of: geteuid()) else {
                throw Refused(
                    .forbidden, "this socket answers root only, and you are user \(user)", hint: "run the command as root")
            }
        case .network:
            guard let route, route.changes else { return }
            guard route == .reload else {
                throw Refused(
                    .forbidden, "nothing is changed over the network, as no authentication is set up",
                    hint: "run headroom on the host as root, or use its Unix socket")
            }
            guard connection.isFromLoopback, isOfItsOwn(request.headers) else {
                throw Refused(
                    .forbidden, "a reload is taken from this host only",
                    hint: "run `systemctl reload headroom` on the host, or send the daemon SIGHUP")
            }
        }
    }

    static func allows(user: uid_t, of daemon: uid_t) -> Bool { user == 0 || user == daemon }

    /// Neither a web page's doing in a browser on this host (browsers name the page's origin with every POST), nor passed on
    /// by a proxy on this host for somebody elsewhere.
    private static func isOfItsOwn(_ headers: HTTPFields) -> Bool {
        let foreign = ["Origin", "Forwarded", "X-Forwarded-For", "Via"].compactMap { HTTPField.Name($0) }
        return foreign.allSatisfy { !headers.contains($0) }
    }
}
