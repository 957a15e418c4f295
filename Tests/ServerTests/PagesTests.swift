// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Inventory
import Policy
import Testing
import Units

@testable import Server

struct PagesTests {
    @Test func `Metrics come as Prometheus' text, with the process behind the report`() async throws {
        try await Run.server { server async throws in
            let answer = try await server.get("/metrics")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.headers["x-content-type-options"] == "nosniff")
            #expect(answer.body.contains("headroom_volume_size_bytes{pool=\"depot\",volume=\"web\"} 1073741824\n"))
            #expect(answer.body.contains("\nprocess_resident_memory_bytes "))
            #expect(answer.body.hasSuffix("\n"))
        }
    }

    @Test func `A scrape shows the report of its moment`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            #expect(try await server.get("/metrics").body.contains("headroom_mode{mode=\"observe\"} 1"))
            daemon.set { $0.report.mode = .enforce }
            #expect(try await server.get("/metrics").body.contains("headroom_mode{mode=\"enforce\"} 1"))
        }
    }

    @Test func `Metrics can be elsewhere, and then are nowhere else`() async throws {
        try await Run.server(telemetryPath: "/secret/metrics") { server async throws in
            #expect(try await server.get("/secret/metrics?x=1").status == 200)
            #expect(try await server.get("/metrics").status == 404)
            #expect(try await server.get("/").body.contains("href=\"/secret/metrics\""))
        }
    }

    @Test(arguments: ["", "metrics", "/", "/api/v1/status", "/-/ready", "/met rics", "/metrics?a", "/%6detrics", "/é"])
    func `A path that the metrics cannot have is refused`(path: String) {
        #expect(throws: ServerError.telemetryPath(path)) {
            try Server(daemon: FakeDaemon(), socketPath: nil, access: .open, telemetryPath: path, logger: Run.quiet)
        }
    }

    @Test func `Ready is no until the first look, and says why`() async throws {
        let daemon = FakeDaemon(Report(hostKind: "linux", version: "1", mode: .observe, startedAt: WallTime(seconds: 1)))
        daemon.set { $0.report.polls.lastError = "the kernel has no device-mapper" }
        try await Run.server(daemon) { server async throws in
            let before = try await server.get("/-/ready")
            #expect(before.status == 503)
            #expect(before.body.contains("the kernel has no device-mapper"))
            #expect(try await server.get("/-/healthy").status == 200)
            #expect(try await server.get("/metrics").status == 200)
            #expect(try await server.get("/api/v1/volumes/web/explain").status == 503)
            #expect(try await server.get("/").body.contains("not been looked at yet"))
            daemon.set { $0.report = FakeDaemon.report() }
            #expect(try await server.get("/-/ready").status == 200)
        }
    }

    @Test func `The page tells what stands against the rules, and runs nothing that a reason brings along`() async throws {
        let daemon = FakeDaemon()
        daemon.set { state in
            state.report.overrides = (0..<60).map { number in
                Override(
                    id: OverrideID(UInt64(number + 1)), kind: .hold, scope: .volume(FakeDaemon.volume("web").identity),
                    asked: Asked(author: "alice", source: .cli, reason: "<script>\(number)</script>"),
                    start: WallTime(seconds: 1_700_000_000), end: WallTime(seconds: 1_700_003_600))
            }
        }
        try await Run.server(daemon) { server async throws in
            let page = try await server.get("/").body
            #expect(page.contains("<td>volume web</td><td>held by alice (cli) until 2023-11-14T23:13:20Z: &lt;script&gt;0"))
            #expect(!page.contains("<script"))
            #expect(page.contains("And 10 more."))
        }
    }

    @Test func `The page names the pool and runs nothing that a name brings along`() async throws {
        let daemon = FakeDaemon()
        daemon.set { $0.report.snapshot?.pools[0].name = "<script>alert('x')</script>" }
        try await Run.server(daemon) { server async throws in
            let answer = try await server.get("/")
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(answer.headers["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(!answer.body.contains("<script>"))
            #expect(answer.body.contains("&lt;script&gt;"))
            #expect(answer.body.contains("Volumes: 1, of which 1 should be larger"))
            #expect(answer.body.contains("<td>512MiB</td><td>1GiB</td>"))
        }
    }

    @Test func `HEAD answers as GET does, without the body`() async throws {
        try await Run.server { server async throws in
            let text = try await RawClient.send(
                "HEAD /-/healthy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: server.port)
            let answer = try #require(RawAnswer.parse(text, isHead: true).first)
            #expect(answer.status == 200)
            #expect(answer.headers["content-length"] == "21")
            #expect(text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `One connection takes one request after another`() async throws {
        try await Run.server { server async throws in
            let text = try await RawClient.send(
                "GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
                    + "GET /-/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: server.port)
            #expect(RawAnswer.parse(text).map(\.status) == [200, 404, 200])
        }
    }

    @Test func `What is nowhere, and a method that is not answered, are told so in JSON`() async throws {
        try await Run.server { server async throws in
            let nowhere = try await server.get("/api/v1/nothing")
            #expect(nowhere.status == 404)
            #expect(nowhere.headers["content-type"] == "application/json; charset=utf-8")
            let document = try Documents.decode(ErrorDocument.self, from: Array(nowhere.body.utf8))
            #expect(document.error.contains("/api/v1/nothing"))
            let wrong = try await server.post("/metrics")
            #expect(wrong.status == 405)
            #expect(wrong.headers["allow"] == "GET, HEAD")
            let put = try await server.send(
                "PUT /-/healthy HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            #expect(put.status == 405)
        }
    }

    @Test func `What is no HTTP, or has too much before its body, is turned away and the server goes on`() async throws {
        try await Run.server { server async throws in
            #expect(try await server.send("this is no HTTP\r\n\r\n").status == 400)
            let long = String(repeating: "x", count: 100_000)
            let text = try await RawClient.send("GET / HTTP/1.1\r\nHost: a\r\nX-Long: \(long)\r\n\r\n", port: server.port)
            #expect(RawAnswer.parse(text).allSatisfy { $0.status >= 400 })
            #expect(try await server.get("/-/healthy").status == 200)
        }
    }
}
