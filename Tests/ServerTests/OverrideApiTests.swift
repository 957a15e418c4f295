// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Glibc
import Policy
import Testing
import Units

@testable import Server

struct OverrideApiTests {
    private let wishes = Wishes(asker: Asked(author: "alice", source: .api))

    private func set() -> Override {
        Override(
            id: OverrideID(0xABC), kind: .pin(.init(threshold: .percent(90), maximumSize: .gibibytes(50))),
            scope: .volume(FakeDaemon.volume("web").identity), asked: Asked(author: "bob", source: .cli, reason: "why"),
            start: WallTime(seconds: 1_700_000_000), end: WallTime(seconds: 1_700_003_600))
    }

    @Test func `Bodies have the command line's words`() throws {
        let asked = Asked(author: "alice", source: .api, reason: "why")
        #expect(
            try wishes.hold("web", Array(#"{"for": "2h", "reason": "why"}"#.utf8))
                == OverrideRequest(kind: .hold, target: .volumes("web"), asked: asked, lasting: .seconds(7200)))
        let pin = #"{"maximum_size": "50GiB", "threshold": "90%", "target": 0.5, "for": "8h", "reason": "why", "dry_run": true}"#
        #expect(
            try wishes.pin("pg-*", Array(pin.utf8))
                == OverrideRequest(
                    kind: .pin(.init(threshold: .percent(90), target: .percent(50), maximumSize: .gibibytes(50))),
                    target: .volumes("pg-*"), asked: asked, lasting: .seconds(28_800), dryRun: true))
        #expect(
            try wishes.pause(.all, [])
                == OverrideRequest(kind: .pause, target: .all, asked: Asked(author: "alice", source: .api), lasting: nil))
        let grow = try wishes.grow("web", Array(#"{"by": 5, "exceed_reserve": true, "for": "1h", "reason": "why"}"#.utf8))
        #expect(
            grow
                == GrowRequest(volume: "web", by: Bytes(5), exceedsReserve: true, lasting: .seconds(3600), asked: asked))
    }

    @Test(arguments: [
        "[]", "{", "7", #"{"for": 7}"#, #"{"for": "soon"}"#, #"{"reason": 1}"#, #"{"until": "2h"}"#, #"{"dry_run": 1}"#,
        #"{"for": ["2h"]}"#, #"{"for": {}}"#, #"{"reason": null}"#,
    ])
    func `A body that cannot be understood is refused with an example`(body: String) {
        let error = #expect(throws: Refused.self) { try wishes.hold("web", Array(body.utf8)) }
        #expect(error?.status == .badRequest && error?.document.hint.contains("{") == true)
    }

    @Test(arguments: [#""90""#, #""-1%""#, #""101%""#, "1.5", "2", "-0.5", #""""#, #""%""#, "true", #""nan%""#])
    func `What is no share is refused`(share: String) {
        #expect(throws: Refused.self) { try wishes.pin("web", Array("{\"threshold\": \(share)}".utf8)) }
    }

    @Test func `What is asked over the socket reaches the daemon, by whom it is asked, and the answer reads back`() async throws {
        let daemon = FakeDaemon()
        var change = OverrideChange()
        change.set = [set()]
        change.volumes = ["web"]
        daemon.set { [change] in $0.overrideAnswer = .changed(change) }
        let asked = Asked(author: getuid() == 0 ? "root" : "user \(getuid())", source: .cli, reason: "why")
        let requests = [
            OverrideRequest(kind: .hold, target: .volumes("a/b *"), asked: asked, lasting: .milliseconds(1500)),
            OverrideRequest(
                kind: .pin(.init(threshold: .percent(90), target: .percent(33), maximumSize: .gibibytes(1))),
                target: .volumes("web"), asked: asked, lasting: .seconds(60), dryRun: true),
            OverrideRequest(kind: .pause, target: .pool("de/pot"), asked: asked, lasting: nil),
            OverrideRequest(kind: .pause, target: .all, asked: asked, lasting: .seconds(3600)),
        ]
        let lifts = [OverrideTarget.volumes("web"), .pool("depot"), .all].map {
            LiftRequest(target: $0, asked: asked, dryRun: true)
        }
        try await Run.server(daemon) { server async throws in
            for request in requests {
                #expect(try await server.client.override(request) == OverrideChangeDocument(change))
            }
            for lift in lifts { _ = try await server.client.lift(lift) }
        }
        #expect(daemon.seen.overrides == requests)
        #expect(daemon.seen.lifts == lifts)
    }

    @Test func `What stands is listed for all, and shown with the volume`() async throws {
        let daemon = FakeDaemon()
        let override = Override(
            id: OverrideID(7), kind: .hold, scope: .pool("depot"), asked: Asked(author: "bob", source: .alert, reason: "why"),
            start: WallTime(seconds: 1_700_000_000), end: nil)
        daemon.set { $0.report.overrides = [override] }
        try await Run.server(daemon) { server async throws in
            let list = try await server.get("/api/v1/overrides")
            #expect(try Documents.decode([OverrideDocument].self, from: Array(list.body.utf8)) == [OverrideDocument(override)])
            #expect(list.body.contains(#""id":"000000000007""#) && !list.body.contains(#""end""#))
            let explained = try await server.client.explain("web")
            #expect(explained.overrides == [OverrideDocument(override)])
            #expect(try await server.client.status().overrides == [OverrideDocument(override)])
            let metrics = try await server.get("/metrics").body
            #expect(metrics.contains(#"headroom_override_active{kind="hold",source="alert"} 1"#))
            #expect(metrics.contains(#"headroom_override_active{kind="hold",source="cli"} 0"#))
        }
    }

    @Test(arguments: [
        "/api/v1/volumes/web/hold", "/api/v1/volumes/web/release", "/api/v1/volumes/web/pin", "/api/v1/pools/depot/pause",
        "/api/v1/pools/depot/resume", "/api/v1/pause", "/api/v1/resume",
    ])
    func `Over the network nobody changes anything without authentication, and nothing is changed by reading`(path: String)
        async throws
    {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            #expect(try await server.post(path, body: "{}").status == 403)
            #expect([403, 405].contains(try await server.get(path).status))
        }
        #expect(daemon.seen.overrides.isEmpty && daemon.seen.lifts.isEmpty)
    }

    @Test(arguments: [
        (OverrideAnswer.refused(Refusal(.journal, "the journal is full", hint: "mend it")), 409),
        (.unknown("nobody is called so", hint: "see `headroom status`"), 404), (.invalid("that is no time", hint: "say 2h"), 400),
    ])
    func `What is not done says why and what to do`(answer: OverrideAnswer, status: Int) async throws {
        let daemon = FakeDaemon()
        daemon.set { $0.overrideAnswer = answer }
        try await Run.server(daemon) { server async throws in
            let error = await #expect(throws: SocketClientError.self) {
                try await server.client.override(
                    OverrideRequest(
                        kind: .pause, target: .all, asked: Asked(author: "", source: .cli), lasting: nil))
            }
            guard case .refused(let given, let document)? = error else { return }
            #expect(given == status && !document.error.isEmpty && !document.hint.isEmpty)
        }
    }

    // MARK: Idempotency-Key

    private func post(_ server: RunningServer, _ body: String, key: String, path: String = "/api/v1/pause") async throws
        -> RawAnswer
    {
        try await RawClient.post(path, body: body, headers: "Idempotency-Key: \(key)\r\n", socketPath: server.socketPath)
    }

    @Test func `The same key is answered as the first time, another request under it is not`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            let first = try await post(server, #"{"reason": "x"}"#, key: "k-1")
            #expect(first.status == 200 && first.headers["idempotency-replayed"] == nil)
            daemon.set { $0.overrideAnswer = .unknown("all is different now", hint: "so it is") }
            let again = try await post(server, #"{"reason": "x"}"#, key: "k-1")
            #expect(again.status == 200 && again.body == first.body && again.headers["idempotency-replayed"] == "true")
            #expect(try await post(server, #"{"reason": "y"}"#, key: "k-1").status == 422)
            #expect(try await post(server, #"{"reason": "x"}"#, key: "k-1", path: "/api/v1/resume").status == 422)
            #expect(try await post(server, #"{"reason": "x"}"#, key: "k-2").status == 404)
            #expect(daemon.seen.overrides.count == 2 && daemon.seen.lifts.isEmpty)
        }
    }

    @Test(arguments: ["", "a b", String(repeating: "k", count: 256), "\u{e9}"])
    func `A key that is none is refused, and nothing is done`(key: String) async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            #expect(try await post(server, "{}", key: key).status == 400)
        }
        #expect(daemon.seen.overrides.isEmpty)
    }

    @Test func `What cannot be understood is not remembered under its key`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            #expect(try await post(server, "{", key: "k").status == 400)
            #expect(try await post(server, "{}", key: "k").status == 200)
        }
    }
}
