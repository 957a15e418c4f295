// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CLinux
import Glibc
import Hummingbird
import Logging
import NIOCore

/// The way in that a request came by.
enum Door: Hashable, Sendable {
    case network
    /// The Unix socket.
    case socket
}

/// The connection that a request came over.
struct Connection: InitializableFromSource, Sendable {
    let channel: any Channel
    let logger: Logger

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }

    /// Whether the other end is on this host. Nil address: not known, so no.
    var isFromLoopback: Bool { channel.remoteAddress?.isLoopback ?? false }

    /// The other end's address, for people.
    var client: String { channel.remoteAddress?.ipAddress ?? "unknown" }

    /// What takes turns with others: an address of IPv4, and all of the 64 bits that one host has of IPv6.
    var neighbourhood: String {
        guard case .v6(let address)? = channel.remoteAddress, !client.hasPrefix("::ffff:") else { return client }
        return withUnsafeBytes(of: address.address.sin6_addr) { "\(Array($0.prefix(8)))" }
    }

    /// Who has the other end of a Unix socket, as the kernel wrote it down at connect (SO_PEERCRED, unix(7)).
    func peerUser() async throws -> uid_t {
        guard let provider = channel as? any SocketOptionProvider else {
            throw Refused(.forbidden, "who asks cannot be found out", hint: "ask over the Unix socket as root")
        }
        let credentials: hr_ucred = try await provider.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        ).get()
        return credentials.uid
    }
}

extension SocketAddress {
    /// 127.0.0.0/8, ::1, and the former as IPv6 writes it.
    var isLoopback: Bool {
        guard let text = ipAddress else { return false }
        return text == "::1" || text.hasPrefix("127.") || text.hasPrefix("::ffff:127.")
    }
}
