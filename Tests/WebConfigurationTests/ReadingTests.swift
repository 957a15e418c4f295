// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Credentials
import Testing

@testable import WebConfiguration

func read(_ text: String) throws(ConfigurationError) -> WebConfiguration {
    try WebConfiguration.read(Array(text.utf8), path: "/etc/headroom/web.yml")
}

struct ReadingTests {
    @Test(arguments: ["", "# nothing\n", "tls_server_config:\n", "basic_auth_users: {}\n"])
    func `Nothing asks for nothing`(text: String) throws {
        #expect(try read(text) == WebConfiguration())
    }

    @Test func `Everything that the format has is read`() throws {
        let web = try read(
            """
            tls_server_config:
              cert_file: server.crt
              key_file: /keys/server.key
              client_auth_type: RequireAndVerifyClientCert
              client_ca_file: ca/chain.pem
              client_allowed_sans: [one, "10.0.0.1"]
              min_version: TLS11
              max_version: TLS12
              cipher_suites:
              - TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
              - TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
              curve_preferences: [X25519, CurveP256]
            http_server_config:
              http2: false
              headers:
                X-Frame-Options: deny
                X-XSS-Protection: 1
                Content-Security-Policy: ""
            basic_auth_users:
              carol: $2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu
            rate_limit: {interval: 1m30s, burst: 20}
            """)
        let tls = try #require(web.tls)
        #expect(tls.certificate.place == .file("/etc/headroom/server.crt"))
        #expect(tls.key.place == .file("/keys/server.key"))
        #expect(tls.clientAuthority?.place == .file("/etc/headroom/ca/chain.pem"))
        #expect(tls.clientCertificate == .verifiedRequired)
        #expect(tls.allowedClientNames == ["one", "10.0.0.1"])
        #expect(tls.oldest == .tls11)
        #expect(tls.newest == .tls12)
        #expect(tls.cipherSuites?.map(\.number) == [0xC02F, 0xC030])
        #expect(tls.curves == [.x25519, .p256])
        #expect(web.headers == [.init(name: "X-Frame-Options", value: "deny"), .init(name: "X-XSS-Protection", value: "1")])
        #expect(web.users.keys.sorted() == ["carol"])
        #expect(web.rateLimit == .init(interval: .seconds(90), burst: 20))
        #expect(web.warnings.isEmpty)
    }

    @Test(arguments: [
        ("NoClientCert", TLSSettings.ClientCertificate.none), ("RequestClientCert", .requested),
        ("RequireAnyClientCert", .anyRequired), ("RequireClientCert", .anyRequired),
        ("VerifyClientCertIfGiven", .verifiedIfGiven),
        ("RequireAndVerifyClientCert", .verifiedRequired), ("\"\"", .none),
    ])
    func `All of Go's ways to ask for a certificate are known`(word: String, demand: TLSSettings.ClientCertificate) throws {
        let web = try read("tls_server_config: {cert_file: a, key_file: b, client_auth_type: \(word)}")
        #expect(web.tls?.clientCertificate == demand)
    }

    @Test func `Certificates may stand in the file itself`() throws {
        let web = try read("tls_server_config:\n  cert: |\n    -----BEGIN\n    x\n  key: |\n    y\n")
        #expect(web.tls?.certificate.place == .inline("-----BEGIN\nx\n"))
        #expect(web.tls?.key.place == .inline("y\n"))
    }

    @Test(arguments: [
        ("0", Duration.zero), ("1s", .seconds(1)), ("1h2m3s", .seconds(3723)), ("1.5h", .seconds(5400)),
        ("250ms", .milliseconds(250)),
    ])
    func `Times are written as Go does`(text: String, duration: Duration) {
        #expect(Duration(go: text) == duration)
    }

    @Test(arguments: ["", "1", "s", "1 s", "-1s", "1d", "1s2", "1..2s", "1e9h"])
    func `Nothing else is a time`(text: String) {
        #expect(Duration(go: text) == nil)
    }
}
