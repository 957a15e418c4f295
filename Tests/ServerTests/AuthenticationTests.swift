// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Credentials
import Engine
import Exposition
import Glibc
import Testing

@testable import Server

struct AuthenticationTests {
    private static let alice = "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWU=\r\n"
    private static let users = "basic_auth_users: {alice: $2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy}\n"
    private static let wish = #"{"to": "42GiB"}"#

    private static func bearer(_ name: String) -> String { "Authorization: Bearer \(secret(name))\r\n" }
    private static func secret(_ name: String) -> String { "0123456789abcdef-\(name)" }

    /// A server with this web configuration, and a token for each name.
    private static func server(
        web: String?, tokens: [String: Set<Scope>] = [:], _ body: (RunningServer, FakeDaemon, AccessControl) async throws -> Void
    ) async throws {
        try await Run.inFolder { folder async throws in
            if let web { try write(web, to: "\(folder)/web.yml") }
            let sources = try tokens.map { name, scopes in
                try write(secret(name) + "\n", to: "\(folder)/\(name)")
                return TokenSource(name: name, file: "\(folder)/\(name)", scopes: scopes)
            }
            let control = try AccessControl(
                webConfiguration: web == nil ? nil : "\(folder)/web.yml", tokens: sources, logger: Run.quiet)
            let daemon = FakeDaemon()
            daemon.set { $0.answer = .planned(FakeDaemon.order()) }
            try await Run.server(daemon, control: control) { try await body($0, daemon, control) }
        }
    }

    private static func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
        chmod(path, 0o600)
    }

    private func grow(_ server: RunningServer, _ headers: String) async throws -> RawAnswer {
        try await server.post("/api/v1/volumes/web/grow", body: Self.wish, headers: headers)
    }

    @Test(arguments: ["/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/status", "/no/such/page"])
    func `With users everything is asked for a user, and answered to one`(path: String) async throws {
        try await Self.server(web: Self.users) { server, _, _ async throws in
            let refused = try await server.get(path)
            #expect(refused.status == 401)
            #expect(refused.headers["www-authenticate"]?.hasPrefix("Basic ") == true)
            #expect(try await server.get(path, Self.alice).status == (path == "/no/such/page" ? 404 : 200))
        }
    }

    @Test(arguments: [
        "Authorization: Basic YWxpY2U6b3BlbiBzZXNhbWY=\r\n", "Authorization: Basic Ym9iOm9wZW4gc2VzYW1l\r\n",
        "Authorization: Basic !\r\n", "Authorization: Bearer 0123456789abcdef\r\n", "Authorization: alice\r\n",
    ])
    func `A wrong user, password or token is turned away and counted, whatever it asks for`(header: String) async throws {
        try await Self.server(web: Self.users) { server, daemon, control async throws in
            #expect(try await server.get("/metrics", header).status == 401)
            #expect(try await grow(server, header).status == 401)
            #expect(daemon.seen.wishes.isEmpty)
            #expect(control.figures.rejected == [.wrongCredentials: 2])
            let metrics = try await server.get("/metrics", Self.alice).body
            #expect(metrics.contains("headroom_http_requests_rejected_total{reason=\"wrong_credentials\"} 2\n"))
            #expect(metrics.contains("headroom_http_requests_rejected_total{reason=\"busy\"} 0\n"))
        }
    }

    @Test func `A user changes, and reloads`() async throws {
        try await Self.server(web: Self.users) { server, daemon, _ async throws in
            #expect(try await grow(server, Self.alice).status == 200)
            #expect(daemon.seen.wishes.count == 1)
            #expect(try await server.post("/-/reload").status == 401)
            #expect(try await server.post("/-/reload", headers: Self.alice).status == 200)
        }
    }

    @Test(arguments: [
        "Origin: http://evil.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
    ])
    func `Another site's page changes nothing with the password that a browser keeps`(header: String) async throws {
        try await Self.server(web: Self.users) { server, daemon, _ async throws in
            #expect(try await grow(server, Self.alice + header).status == 403)
            #expect(daemon.seen.wishes.isEmpty)
            #expect(try await grow(server, Self.alice + "Origin: http://a\r\nSec-Fetch-Site: same-origin\r\n").status == 200)
        }
    }

    @Test func `A token does what its scopes say and no more`() async throws {
        let tokens: [String: Set<Scope>] = ["reader": [.read], "pager": [.override], "glass": [.breakGlass]]
        try await Self.server(web: Self.users, tokens: tokens) { server, daemon, control async throws in
            #expect(try await server.get("/metrics", Self.bearer("reader")).status == 200)
            #expect(try await grow(server, Self.bearer("reader")).status == 403)
            #expect(try await server.get("/metrics", Self.bearer("pager")).status == 403)
            #expect(try await grow(server, Self.bearer("pager")).status == 200)
            let refused = try await grow(server, Self.bearer("glass"))
            #expect(refused.status == 403)
            #expect(refused.body.contains("`override` is missing"))
            #expect(daemon.seen.wishes.count == 1)
            #expect(control.figures.rejected == [.forbidden: 3])
        }
    }

    @Test func `Beyond the reserve goes who may break the glass, and his name with it`() async throws {
        let tokens: [String: Set<Scope>] = ["pager": [.override], "boss": [.override, .breakGlass]]
        let body = #"{"to": "42GiB", "exceed_reserve": true, "for": "1h", "reason": "night"}"#
        try await Self.server(web: Self.users, tokens: tokens) { server, daemon, _ async throws in
            for header in [Self.alice, Self.bearer("pager")] {
                let refused = try await server.post("/api/v1/volumes/web/grow", body: body, headers: header)
                #expect(refused.status == 403)
                #expect(refused.body.contains("`break-glass` is missing"))
            }
            #expect(daemon.seen.wishes.isEmpty)
            #expect(try await server.post("/api/v1/volumes/web/grow", body: body, headers: Self.bearer("boss")).status == 200)
            #expect(try await grow(server, Self.alice).status == 200)
            #expect(daemon.seen.wishes.map(\.asked?.author) == ["token boss", "alice"])
        }
    }

    @Test func `Nobody is given the answer to another's request by its Idempotency-Key`() async throws {
        let tokens: [String: Set<Scope>] = ["pager": [.override], "boss": [.override]]
        try await Self.server(web: Self.users, tokens: tokens) { server, daemon, _ async throws in
            let key = "Idempotency-Key: 4711\r\n"
            #expect(try await grow(server, key + Self.bearer("boss")).status == 200)
            #expect(try await grow(server, key + Self.bearer("pager")).status == 422)
            #expect(try await grow(server, key + Self.bearer("boss")).headers["idempotency-replayed"] == "true")
            #expect(daemon.seen.wishes.count == 1)
        }
    }

    @Test func `With tokens alone reading stays open, and a change takes one`() async throws {
        try await Self.server(web: nil, tokens: ["pager": [.override]]) { server, daemon, control async throws in
            #expect(try await server.get("/metrics").status == 200)
            #expect(try await server.get("/metrics", Self.alice).status == 200)
            #expect(try await server.get("/metrics", Self.bearer("pager")).status == 200)
            #expect(try await server.get("/metrics", Self.bearer("pagen")).status == 401)
            let refused = try await grow(server, "")
            #expect(refused.status == 401)
            #expect(refused.headers["www-authenticate"]?.hasPrefix("Bearer ") == true)
            #expect(try await server.post("/-/reload").status == 401)
            #expect(try await grow(server, Self.alice).status == 401)
            #expect(daemon.seen.wishes.isEmpty)
            #expect(control.figures.rejected == [.wrongCredentials: 1, .unauthenticated: 3])
            #expect(try await grow(server, Self.bearer("pager")).status == 200)
        }
    }

    @Test func `Without users and tokens nobody's password is looked at`() async throws {
        try await Self.server(web: "http_server_config: {headers: {X-Frame-Options: deny}}") { server, _, _ async throws in
            let answer = try await server.get("/metrics", Self.alice)
            #expect(answer.status == 200)
            #expect(answer.headers["x-frame-options"] == "deny")
            #expect(try await grow(server, Self.alice).status == 403)
        }
    }

    @Test func `The socket asks for nothing`() async throws {
        try await Self.server(web: Self.users + "rate_limit: {interval: 1h, burst: 1}") { server, _, _ async throws in
            for _ in 0..<3 { #expect(try await server.client.get("/metrics").status == 200) }
        }
    }

    @Test func `More requests than the limit lets in are told to wait`() async throws {
        try await Self.server(web: "rate_limit: {interval: 1h, burst: 2}") { server, _, control async throws in
            #expect(try await server.get("/-/healthy").status == 200)
            #expect(try await server.get("/-/healthy").status == 200)
            let refused = try await server.get("/-/healthy")
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == "1")
            #expect(control.figures.rejected == [.rateLimit: 1])
        }
    }

    @Test func `A changed file is taken over, and a wrong one changes nothing`() async throws {
        try await Run.inFolder { folder async throws in
            let file = "\(folder)/web.yml"
            try Self.write(Self.users, to: file)
            let control = try AccessControl(webConfiguration: file, logger: Run.quiet)
            await control.refresh()
            #expect(control.rules.credentials.users.keys.sorted() == ["alice"])
            try Self.write("basic_auth_users: {alice: open}\n", to: file)
            await control.refresh()
            #expect(control.rules.credentials.users.keys.sorted() == ["alice"])
            #expect(control.figures.webConfigurationIsGood == false)
            try Self.write(Self.users.replacing("alice", with: "bob"), to: file)
            await control.refresh()
            #expect(control.rules.credentials.users.keys.sorted() == ["bob"])
            #expect(control.figures.webConfigurationIsGood == true)
            unlink(file)
            await control.refresh()
            #expect(control.rules.credentials.users.keys.sorted() == ["bob"])
            await #expect(throws: AccessError.self) { try await control.reload(tokens: []) }
        }
    }
}

struct TokenBucketTests {
    @Test func `So many come at once, and then one each interval`() {
        let start = ContinuousClock.now
        var bucket = TokenBucket(.init(interval: .seconds(2), burst: 3), at: start)
        func take(_ times: Int, _ seconds: Int) -> [Bool] {
            (0..<times).map { _ in bucket.take(at: start + .seconds(seconds)) }
        }
        #expect(take(5, 0) == [true, true, true, false, false])
        #expect(take(1, 1) == [false])
        #expect(take(1, 2) == [true])
        #expect(take(1, 3) == [false])
        #expect(take(5, 100) == [true, true, true, false, false])
    }
}

struct RejectionsTests {
    @Test func `Wrong ones wait from when they are a flood until it is over`() {
        let rejections = Rejections(logger: Run.quiet)
        let start = ContinuousClock.now
        for _ in 0..<100 { #expect(rejections.delay(at: start) == .zero) }
        #expect(rejections.delay(at: start + .milliseconds(900)) == .milliseconds(25))
        #expect(rejections.delay(at: start + .milliseconds(1000)) == .zero)
    }
}
