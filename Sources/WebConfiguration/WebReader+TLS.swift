// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import YAML

extension WebReader {
    /// `tls_server_config`. Nil where it asks for no TLS.
    mutating func tls(_ entry: YAMLNode.Entry) -> TLSSettings? {
        let fields = fields(
            entry.value, of: "`tls_server_config`",
            keys: [
                "cert_file", "key_file", "cert", "key", "client_auth_type", "client_ca_file", "client_ca", "client_allowed_sans",
                "min_version", "max_version", "cipher_suites", "prefer_server_cipher_suites", "curve_preferences",
            ])
        let certificate = source("cert", fields)
        let key = source("key", fields)
        let authority = source("client_ca", fields)
        let demand = clientCertificate(fields["client_auth_type"])
        if certificate == nil, key == nil, authority == nil, text(fields["client_auth_type"]) == nil {
            if !fields.isEmpty {
                warning(at: entry.keyMark, "TLS is not set up by this: it takes `cert_file` and `key_file`. HTTP is served plain")
            }
            return nil
        }
        guard let certificate, let key else {
            let missing = certificate == nil ? "cert_file" : "key_file"
            let other = certificate == nil ? "cert" : "key"
            error(at: entry.keyMark, "`\(missing)` is missing here: TLS takes it, or `\(other)` with the PEM itself")
            return nil
        }
        var tls = TLSSettings(certificate: certificate, key: key)
        tls.clientAuthority = authority
        tls.clientCertificate = demand
        if let authority, demand == .none {
            error(at: authority.mark, "nobody is asked for a certificate: add `client_auth_type: RequireAndVerifyClientCert`")
        }
        tls.allowedClientNames = names(fields["client_allowed_sans"], demand)
        versions(&tls, fields)
        tls.cipherSuites = cipherSuites(fields["cipher_suites"], &tls)
        if let preference = fields["prefer_server_cipher_suites"], flag(preference) != nil {
            warning(
                at: preference.keyMark, "`\(preference.key)` has no effect here: the client's order decides among `cipher_suites`"
            )
        }
        tls.curves = words(fields["curve_preferences"])
        return tls
    }

    /// From `NAME_file`, or from `NAME` itself.
    private mutating func source(_ name: String, _ fields: [String: YAMLNode.Entry]) -> TLSSettings.Source? {
        let inline = text(fields[name])
        if let entry = fields["\(name)_file"], let path = text(entry) {
            if inline != nil { warning(at: entry.keyMark, "`\(entry.key)` is taken, and `\(name)` is not: remove one of them") }
            return .init(.file(path.hasPrefix("/") ? path : folder + path), at: entry.value.mark)
        }
        guard let entry = fields[name], let inline else { return nil }
        return .init(.inline(inline), at: entry.value.mark)
    }

    private mutating func clientCertificate(_ entry: YAMLNode.Entry?) -> TLSSettings.ClientCertificate {
        guard let entry, let text = text(entry) else { return .none }
        // What it was called once.
        if text == "RequireClientCert" { return .anyRequired }
        return word(entry.value, of: entry.key) ?? .none
    }

    private mutating func names(_ entry: YAMLNode.Entry?, _ demand: TLSSettings.ClientCertificate) -> [String]? {
        guard let entry, let nodes = list(entry) else { return nil }
        if demand == .none {
            warning(at: entry.keyMark, "`\(entry.key)` has no effect: nobody is asked for a certificate, see `client_auth_type`")
        }
        return nodes.compactMap { node in
            if let text = node.scalar?.text { return text }
            error(at: node.mark, "a name in `\(entry.key)` is a single value")
            return nil
        }
    }

    private mutating func versions(_ tls: inout TLSSettings, _ fields: [String: YAMLNode.Entry]) {
        if let entry = fields["min_version"], text(entry) != nil {
            tls.oldest = word(entry.value, of: entry.key) ?? tls.oldest
        }
        if let entry = fields["max_version"], text(entry) != nil {
            tls.newest = word(entry.value, of: entry.key) ?? tls.newest
        }
        guard tls.oldest > tls.newest, let entry = fields["min_version"] ?? fields["max_version"] else { return }
        error(
            at: entry.value.mark,
            "no version is left: `min_version` (\(tls.oldest.rawValue)) is above `max_version` (\(tls.newest.rawValue))")
    }

    /// Those that can be chosen. TLS 1.3 takes its own.
    private mutating func cipherSuites(_ entry: YAMLNode.Entry?, _ tls: inout TLSSettings) -> [TLSSettings.CipherSuite]? {
        guard let entry, let suites: [TLSSettings.CipherSuite] = words(entry) else { return nil }
        let chosen = suites.filter { !$0.isOfTLS13 }
        let missing = TLSSettings.CipherSuite.allCases.filter { $0.isOfTLS13 && !suites.contains($0) }
        if tls.newest >= .tls13, suites.count > chosen.count, !missing.isEmpty {
            warning(
                at: entry.keyMark,
                "TLS 1.3 uses \(missing.map(\.rawValue).joined(separator: ", ")) too: its suites cannot be chosen, `max_version` can"
            )
        }
        if !chosen.isEmpty { return chosen }
        if tls.newest < .tls13 {
            error(
                at: entry.value.mark, "none of these is a suite of \(tls.newest.rawValue): name some with `_WITH_` in their names"
            )
        } else if tls.oldest < .tls13 {
            warning(at: entry.keyMark, "only TLS 1.3 is left: none of these is a suite of an older version")
            tls.oldest = .tls13
        }
        return nil
    }
}
