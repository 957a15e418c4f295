// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import YAML

/// How connections are secured, and who may make one.
public struct TLSSettings: Hashable, Sendable {
    public var certificate: Source
    public var key: Source
    /// Whom a client's certificate must come from. Nil: one of this host's own authorities.
    public var clientAuthority: Source?
    public var clientCertificate = ClientCertificate.none
    /// One of these is among the names of a client's certificate (its subjectAltName). Nil: any name will do.
    public var allowedClientNames: [String]?
    public var oldest = Version.tls12
    public var newest = Version.tls13
    /// For TLS 1.2 and older. Nil: the library's own.
    public var cipherSuites: [CipherSuite]?
    /// In the order of preference. Nil: the library's own.
    public var curves: [Curve]?

    public init(certificate: Source, key: Source) {
        self.certificate = certificate
        self.key = key
    }

    /// PEM, and where the file says so.
    public struct Source: Hashable, Sendable {
        public enum Place: Hashable, Sendable {
            case file(String)
            case inline(String)
        }

        public var place: Place
        public var mark: Mark

        public init(_ place: Place, at mark: Mark) {
            self.place = place
            self.mark = mark
        }
    }

    /// The names are those of Go's crypto/tls.
    public enum ClientCertificate: String, CaseIterable, Hashable, Sendable {
        case none = "NoClientCert"
        /// Asked for, and whatever comes will do.
        case requested = "RequestClientCert"
        /// There must be one, whoever it comes from.
        case anyRequired = "RequireAnyClientCert"
        case verifiedIfGiven = "VerifyClientCertIfGiven"
        case verifiedRequired = "RequireAndVerifyClientCert"
    }

    public enum Version: String, CaseIterable, Hashable, Comparable, Sendable {
        case tls10 = "TLS10"
        case tls11 = "TLS11"
        case tls12 = "TLS12"
        case tls13 = "TLS13"

        public static func < (a: Version, b: Version) -> Bool { a.rawValue < b.rawValue }
    }

    public enum Curve: String, CaseIterable, Hashable, Sendable {
        case p256 = "CurveP256"
        case p384 = "CurveP384"
        case p521 = "CurveP521"
        case x25519 = "X25519"
    }

    /// Those that Go calls secure, now or in the releases that Prometheus was built with; the numbers are IANA's.
    public enum CipherSuite: String, CaseIterable, Hashable, Sendable {
        case TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256
        case TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
        case TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
        case TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
        case TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
        case TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
        case TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_GCM_SHA384
        case TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_AES_256_CBC_SHA

        /// Of TLS 1.3, which does not let anybody choose.
        public var isOfTLS13: Bool { !rawValue.contains("_WITH_") }

        public var number: UInt16 {
            switch self {
            case .TLS_AES_128_GCM_SHA256: 0x1301
            case .TLS_AES_256_GCM_SHA384: 0x1302
            case .TLS_CHACHA20_POLY1305_SHA256: 0x1303
            case .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 0xC02B
            case .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 0xC02C
            case .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 0xC02F
            case .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 0xC030
            case .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 0xCCA9
            case .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 0xCCA8
            case .TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 0xC009
            case .TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 0xC00A
            case .TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 0xC013
            case .TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 0xC014
            case .TLS_RSA_WITH_AES_128_GCM_SHA256: 0x009C
            case .TLS_RSA_WITH_AES_256_GCM_SHA384: 0x009D
            case .TLS_RSA_WITH_AES_128_CBC_SHA: 0x002F
            case .TLS_RSA_WITH_AES_256_CBC_SHA: 0x0035
            }
        }
    }
}
