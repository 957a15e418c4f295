// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import HTTPClient
import Testing
import Units

/// The same client over TCP, with and without TLS.
@Suite struct NetworkTests {
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    private func ask(
        _ server: OneAnswer, host: String = "127.0.0.1", security: ClientSecurity? = nil
    ) async throws(ClientError) -> ClientAnswer {
        let request = ClientRequest(.post, "/am/api/v2/alerts", headers: ["authorization": "Bearer x"], body: Array("[]".utf8))
        return try await HTTPClient(host: host, port: server.port, security: security).ask(request, within: .seconds(20))
    }

    private func trusting(_ identity: Identity) throws -> ClientSecurity {
        try ClientSecurity(authorities: Array(identity.certificate.utf8))
    }

    @Test func `a server on the network is told whom the request is for`() async throws {
        let server = try await OneAnswer(Self.answer)
        #expect(try await ask(server) == ClientAnswer(status: 200, body: Array("ok".utf8)))
        let lines = server.heard.split(separator: "\r\n").map { $0.lowercased() }
        #expect(lines.first == "post /am/api/v2/alerts http/1.1")
        #expect(lines.contains("host: 127.0.0.1:\(server.port)") && lines.contains("authorization: bearer x"))
        try await server.close()
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `a certificate by a known authority, for the name or address that was asked, is taken`(host: String) async throws {
        let server = try await OneAnswer(Self.answer, identity: .localhost)
        #expect(try await ask(server, host: host, security: try trusting(.localhost)).status == 200)
        try await server.close()
    }

    @Test(
        arguments: [
            // The authority is another one, as it is for whoever has only the system's.
            (.localhost, .other, "no authority that is known here"),
            (.localhost, nil, "no authority that is known here"),
            // The authority is right, and the certificate somebody else's.
            (.other, .other, "for another name"),
            // It does not speak TLS at all.
            (nil, .localhost, "does not speak TLS"),
        ] as [(Identity?, Identity?, String)])
    func `nothing is said to whoever has not the right certificate`(its: Identity?, trusted: Identity?, why: String) async throws
    {
        let server = try await OneAnswer(Self.answer, identity: its)
        let security = try trusted.map { try trusting($0) } ?? ClientSecurity()
        let error = await #expect(throws: ClientError.self) { try await ask(server, host: "localhost", security: security) }
        guard case .insecure(let text)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text.contains(why), "\(text)")
        #expect(!server.heard.lowercased().contains("bearer"))
        try await server.close()
    }

    @Test func `a file that holds no certificate is told at once`() {
        #expect(throws: ClientSecurity.Failure.self) { try ClientSecurity(authorities: Array("nothing".utf8)) }
    }

    @Test func `where nobody listens it says so at once`() async throws {
        let server = try await OneAnswer(nil)
        let port = server.port
        try await server.close()
        let error = await #expect(throws: ClientError.self) {
            try await HTTPClient(host: "127.0.0.1", port: port, security: nil)
                .ask(ClientRequest(.get, "/"), within: .seconds(20))
        }
        #expect(error == .nobodyListens)
    }

    @Test func `a name without an address is named`() async {
        let error = await #expect(throws: ClientError.self) {
            try await HTTPClient(host: "nobody.invalid", port: 9, security: nil).ask(
                ClientRequest(.get, "/"), within: .seconds(30))
        }
        #expect(error == .unknownHost("nobody.invalid"))
    }

    @Test func `one that is slow is waited for no longer than asked`() async throws {
        let server = try await OneAnswer(nil)
        let error = await #expect(throws: ClientError.self) {
            try await HTTPClient(host: "127.0.0.1", port: server.port, security: nil)
                .ask(ClientRequest(.get, "/"), within: .milliseconds(300))
        }
        #expect(error == .timeout(.milliseconds(300)))
        try await server.close()
    }

    @Test func `an answer beyond a mebibyte is not taken`() async throws {
        let server = try await OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n")
        let error = await #expect(throws: ClientError.self) { try await ask(server) }
        #expect(error == .answerTooLarge)
        try await server.close()
    }
}
