// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import NIOCore
import NIOSSL

/// TLS to a server whose certificate must be by a known authority, valid, and for the name that it was asked by.
public struct ClientSecurity: Sendable {
    private let context: NIOSSLContext

    /// Why connections cannot be secured: for people.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Makes ready. Blocks for as long as the disk takes.
    /// - Parameter authorities: certificates in PEM, instead of the authorities that this system knows.
    public init(authorities: [UInt8]? = nil) throws(Failure) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let authorities {
            guard let certificates = try? NIOSSLCertificate.fromPEMBytes(authorities), !certificates.isEmpty else {
                throw Failure(description: "no certificate in PEM: it begins with `-----BEGIN CERTIFICATE-----`")
            }
            configuration.trustRoots = .certificates(certificates)
        }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw Failure(description: "no use for TLS: \(error)")
        }
    }

    /// An address is no name to ask by: the certificate is then held against the address itself.
    func handler(for host: String) throws -> NIOSSLClientHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }

    static func text(of error: any Error) -> String {
        let text = "\(error)"
        switch error {
        case NIOSSLError.handshakeFailed where text.contains("CERTIFICATE_VERIFY_FAILED"):
            return "its certificate is by no authority that is known here, or is not valid now"
        case NIOSSLError.handshakeFailed where text.contains("WRONG_VERSION_NUMBER"): return "it does not speak TLS"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return "its certificate is for another name"
        default: return "the connection could not be secured: \(text)"
        }
    }
}
