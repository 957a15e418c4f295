// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import HTTPClient
import Testing
import Units

@Suite struct HTTPClientTests {
    private static let answer = "HTTP/1.1 200 OK\r\nEtag: \"a1\"\r\nContent-Length: 2\r\n\r\n{}"

    @Test func `what is asked goes out as it is, and the answer comes back with its etag`() async throws {
        let server = try await OneAnswer(Self.answer)
        let request = ClientRequest(.patch, "/1.0/instances/a?project=b", headers: ["if-match": "\"a0\""], body: Array("{}".utf8))
        let answer = try await HTTPClient(socketPath: server.path).ask(request, within: .seconds(20))
        #expect(answer == ClientAnswer(status: 200, etag: "\"a1\"", body: Array("{}".utf8)))
        let lines = server.heard.split(separator: "\r\n").map { $0.lowercased() }
        #expect(lines.first == "patch /1.0/instances/a?project=b http/1.1")
        #expect(lines.contains("if-match: \"a0\"") && lines.contains("content-length: 2") && lines.contains("connection: close"))
        #expect(lines.last == "{}")
        try await server.close()
    }

    @Test func `a thread that may block is answered the same`() async throws {
        let server = try await OneAnswer("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
        let path = server.path
        let answer = try await Task.detached {
            try HTTPClient(socketPath: path).askBlocking(ClientRequest(.get, "/"), within: .seconds(20))
        }.value
        #expect(answer == ClientAnswer(status: 404, body: []))
        #expect(!server.heard.lowercased().contains("content-length"))
        try await server.close()
    }

    @Test(
        arguments: [
            ("", .broken("")), ("garbage\r\n\r\n", .broken("")),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", .broken("")), (nil, .timeout(.milliseconds(300))),
        ] as [(String?, ClientError)])
    func `what is no answer is an error, no later than asked`(said: String?, error: ClientError) async throws {
        let server = try await OneAnswer(said)
        let timeout = said == nil ? Duration.milliseconds(300) : .seconds(20)
        let thrown = await #expect(throws: ClientError.self) {
            try await HTTPClient(socketPath: server.path).ask(ClientRequest(.get, "/"), within: timeout)
        }
        switch (thrown, error) {
        case (.broken?, .broken): break
        default: #expect(thrown == error)
        }
        try await server.close()
    }

    @Test func `where nobody listens it says so at once`() async {
        let error = await #expect(throws: ClientError.self) {
            try await HTTPClient(socketPath: "/nonexistent/socket").ask(ClientRequest(.get, "/"), within: .seconds(20))
        }
        #expect(error == .nobodyListens)
    }
}
