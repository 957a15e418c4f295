// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Testing

@testable import WebConfiguration

struct RefusalTests {
    /// Where, and a part of what.
    @Test(arguments: [
        ("hallo", "1:1", "is made of keys"),
        ("- a", "1:1", "is made of keys"),
        ("tls_server_confg: {}", "1:1", "did you mean `tls_server_config`?"),
        ("tls_server_config:\n  cert_fil: a", "2:3", "did you mean `cert_file`?"),
        ("tls_server_config:\n  cert_file: a", "1:1", "`key_file` is missing"),
        ("tls_server_config:\n  key_file: a", "1:1", "`cert_file` is missing"),
        (
            "tls_server_config: {cert_file: '', key_file: '', client_auth_type: RequestClientCert}", "1:1",
            "`cert_file` is missing"
        ),
        ("tls_server_config: {cert_file: a, key_file: b, client_auth_type: x}", "1:66", "it is one of"),
        ("tls_server_config: {cert_file: a, key_file: b, client_ca_file: c}", "1:64", "client_auth_type"),
        ("tls_server_config: {cert_file: a, key_file: b, min_version: TLS14}", "1:61", "did you mean `TLS10`?"),
        ("tls_server_config: {cert_file: a, key_file: b, min_version: TLS13, max_version: TLS12}", "1:61", "no version is left"),
        (
            "tls_server_config: {cert_file: a, key_file: b, cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]}", "1:64",
            "did you mean"
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, max_version: TLS12, cipher_suites: [TLS_AES_128_GCM_SHA256]}", "1:83",
            "none of these is a suite of TLS12"
        ),
        ("tls_server_config: {cert_file: a, key_file: b, curve_preferences: [CurveP257]}", "1:68", "did you mean `CurveP256`?"),
        ("tls_server_config: {cert_file: a, key_file: b, curve_preferences: X25519}", "1:67", "is a list"),
        ("http_server_config: {headers: {X-Powered-By: x}}", "1:32", "is not a key of `headers`"),
        ("http_server_config: {headers: {X-Frame-Options: allow}}", "1:49", "`deny` or `sameorigin`"),
        ("http_server_config: {headers: {X-Content-Type-Options: sniff}}", "1:56", "`nosniff`"),
        ("http_server_config: {http2: maybe}", "1:29", "`true` or `false`"),
        ("basic_auth_users: {john: doe}", "1:26", "not hashed with bcrypt"),
        ("rate_limit: {interval: 5}", "1:24", "it is a time"),
        ("rate_limit: {burst: many, interval: 0}", "1:21", "a number of requests"),
    ])
    func `What is wrong is told with its place`(text: String, place: String, part: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try read(text) }
        let description = try #require(error?.description)
        #expect(description.hasPrefix("/etc/headroom/web.yml:\(place): "), "\(description)")
        #expect(description.contains(part), "\(description)")
    }

    @Test func `A password that was not hashed is not shown`() {
        let error = #expect(throws: ConfigurationError.self) { try read("basic_auth_users: {john: hunter2hunter2}") }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test(arguments: [
        ("tls_server_config: {min_version: TLS12}", "1:1", "HTTP is served plain"),
        ("tls_server_config: {cert_file: a, cert: b, key_file: c}", "1:21", "remove one of them"),
        ("tls_server_config: {cert_file: a, key_file: b, prefer_server_cipher_suites: true}", "1:48", "has no effect"),
        ("tls_server_config: {cert_file: a, key_file: b, client_allowed_sans: [c]}", "1:48", "nobody is asked"),
        ("tls_server_config: {cert_file: a, key_file: b, cipher_suites: [TLS_AES_128_GCM_SHA256]}", "1:48", "TLS 1.3"),
        ("http_server_config: {http2: true}", "1:22", "HTTP/1.1"),
        ("rate_limit: {interval: 1s}", "1:1", "nothing is answered"),
        (
            "basic_auth_users: {bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.}", "1:25",
            "takes seconds to check"
        ),
    ])
    func `What does not do what it seems to is told, and taken`(text: String, place: String, part: String) throws {
        let warnings = try read(text).warnings.map { $0.rendered(in: "w") }
        #expect(warnings.contains { $0.hasPrefix("w:\(place): warning: ") && $0.contains(part) }, "\(warnings)")
    }

    @Test func `Suites of TLS 1.3 alone leave TLS 1.3 alone`() throws {
        let web = try read("tls_server_config: {cert_file: a, key_file: b, cipher_suites: [TLS_AES_128_GCM_SHA256]}")
        #expect(web.tls?.oldest == .tls13)
        #expect(web.tls?.cipherSuites == nil)
    }
}
