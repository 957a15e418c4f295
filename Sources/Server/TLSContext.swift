// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import NIOSSL
import WebConfiguration
import YAML

/// What the library needs to secure a connection, read from the files that the settings name.
struct TLSContext: Sendable {
    let context: NIOSSLContext
    /// A client's certificate is asked for, and whoever it comes from will do.
    let takesAnyCertificate: Bool
    let allowedClientNames: Set<String>?
    let warnings: [String]

    /// - Parameter file: the web configuration's, for the messages.
    init(_ settings: TLSSettings, file: String) throws(AccessError) {
        let chain = try TLSContext.certificates(settings.certificate, "certificate", file)
        let key = try TLSContext.key(settings.key, file)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = TLSVersion(settings.oldest)
        configuration.maximumTLSVersion = TLSVersion(settings.newest)
        if let suites = settings.cipherSuites { configuration.cipherSuiteValues = suites.map { NIOTLSCipher($0.number) } }
        if let curves = settings.curves { configuration.curves = curves.map { NIOTLSCurve($0) } }
        configuration.applicationProtocols = ["http/1.1"]
        switch settings.clientCertificate {
        case .none: configuration.certificateVerification = .none
        case .requested, .verifiedIfGiven: configuration.certificateVerification = .optionalVerification
        case .anyRequired, .verifiedRequired: configuration.certificateVerification = .noHostnameVerification
        }
        if let authority = settings.clientAuthority {
            configuration.trustRoots = .certificates(try TLSContext.certificates(authority, "clients' authority", file))
            configuration.sendCANameList = true
        }
        takesAnyCertificate = settings.clientCertificate == .requested || settings.clientCertificate == .anyRequired
        allowedClientNames = settings.allowedClientNames.map { Set($0) }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSContext.error(settings.key, file, "certificate and key do not belong together, or cannot be used: \(error)")
        }
        warnings = TLSContext.warnings(about: chain, settings, file)
    }

    private static func certificates(
        _ source: TLSSettings.Source, _ what: String, _ file: String
    ) throws(AccessError) -> [NIOSSLCertificate] {
        let pem = try bytes(source, what, file)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(pem), !certificates.isEmpty else {
            throw error(source, file, "the \(what) is no certificate in PEM: it begins with `-----BEGIN CERTIFICATE-----`")
        }
        return certificates
    }

    private static func key(_ source: TLSSettings.Source, _ file: String) throws(AccessError) -> NIOSSLPrivateKey {
        let pem = try bytes(source, "key", file)
        guard let key = try? NIOSSLPrivateKey(bytes: pem, format: .pem) else {
            throw error(source, file, "the key is no private key in PEM without a passphrase: `openssl pkey -in KEY` writes one")
        }
        return key
    }

    private static func bytes(_ source: TLSSettings.Source, _ what: String, _ file: String) throws(AccessError) -> [UInt8] {
        switch source.place {
        case .inline(let text): return Array(text.utf8)
        case .file(let path):
            do throws(SmallFile.Failure) {
                return try SmallFile.read(path)
            } catch {
                throw TLSContext.error(source, file, "the \(what) cannot be read: \(path): \(error.reason). Check path and mode")
            }
        }
    }

    private static func error(_ source: TLSSettings.Source, _ file: String, _ text: String) -> AccessError {
        AccessError(description: "\(file):\(source.mark): \(text)")
    }

    private static func warnings(about chain: [NIOSSLCertificate], _ settings: TLSSettings, _ file: String) -> [String] {
        var warnings: [String] = []
        let place = "\(file):\(settings.certificate.mark)"
        if let own = chain.first {
            if own.notValidAfter < time(nil) { warnings.append("\(place): the certificate has expired: clients refuse it") }
            if own.notValidBefore > time(nil) { warnings.append("\(place): the certificate is not valid yet: clients refuse it") }
        }
        if case .file(let path) = settings.key.place, SmallFile.isReadableByOthers(path) {
            warnings.append("\(file):\(settings.key.mark): everybody on this host can read the key: `chmod o-rwx \(path)`")
        }
        return warnings
    }
}

extension TLSSettings {
    /// The files that it is made of.
    var files: [String] {
        [certificate, key, clientAuthority].compactMap { source in
            if case .file(let path)? = source?.place { path } else { nil }
        }
    }
}

extension TLSVersion {
    init(_ version: TLSSettings.Version) {
        switch version {
        case .tls10: self = .tlsv1
        case .tls11: self = .tlsv11
        case .tls12: self = .tlsv12
        case .tls13: self = .tlsv13
        }
    }
}

extension NIOTLSCurve {
    init(_ curve: TLSSettings.Curve) {
        switch curve {
        case .p256: self = .secp256r1
        case .p384: self = .secp384r1
        case .p521: self = .secp521r1
        case .x25519: self = .x25519
        }
    }
}
