// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Where the server listens on the network: `:10787` (every address), `127.0.0.1:10787`, `[::1]:10787`, `localhost:10787`.
public struct ListenAddress: Hashable, Sendable {
    /// A name or an address without brackets. Nil: every address of this host, of IPv6 and IPv4.
    public var host: String?
    /// 0 asks the kernel for a free one.
    public var port: UInt16

    public init(host: String? = nil, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Where `headroom serve` listens unless told otherwise.
    public static let standard = ListenAddress(port: 10787)
}

extension ListenAddress: LosslessStringConvertible {
    /// Nil for anything else: no port, a port beyond 65535, an IPv6 address without brackets.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[colon...].dropFirst()
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(where: { ":[] /".contains($0) }) {
            return nil
        }
        self.init(host: host.isEmpty ? nil : String(host), port: port)
    }

    public var description: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
