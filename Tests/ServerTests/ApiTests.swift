// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Glibc
import HTTPTypes
import Inventory
import Policy
import Testing
import Units

@testable import Server

struct ApiTests {
    private let wishes = Wishes(asker: Asked(author: "alice", source: .api))

    @Test func `Status, pools and volumes are documents that read back`() async throws {
        let daemon = FakeDaemon(FakeDaemon.report(volumes: ["a \"b\" \\", "café"]))
        try await Run.server(daemon) { server async throws in
            let status = try await server.get("/api/v1/status")
            #expect(status.headers["content-type"] == "application/json; charset=utf-8")
            let expected = StatusDocument(daemon.report())
            #expect(try Documents.decode(StatusDocument.self, from: Array(status.body.utf8)) == expected)
            let pools = try await server.get("/api/v1/pools")
            #expect(try Documents.decode([PoolDocument].self, from: Array(pools.body.utf8)) == expected.pools)
            let volumes = try await server.get("/api/v1/volumes")
            #expect(try Documents.decode([VolumeDocument].self, from: Array(volumes.body.utf8)) == expected.volumes)
        }
    }

    @Test func `A volume is explained by any of its names, whatever is in them`() async throws {
        let odd: [DeviceName] = ["a/b?c#d%", "..", "é \"\\", DeviceName(bytes: [0xFF])]
        let daemon = FakeDaemon(FakeDaemon.report(volumes: odd))
        try await Run.server(daemon) { server async throws in
            for name in odd {
                let answer = try await server.get(Route.explain(name.description).path)
                #expect(answer.status == 200, "\(name)")
                let document = try Documents.decode(ExplainDocument.self, from: Array(answer.body.utf8))
                #expect(document.volume.name == name.description)
                #expect(document.findings.map(\.subject) == ["threshold"])
                #expect(document.volume.refusal?.hint == "grow the pool")
            }
            #expect(try await server.get("/api/v1/volumes/container-2/explain").body.contains("thin_id\":2"))
        }
    }

    @Test func `A name of nobody is not found, one of several is a conflict that names them`() async throws {
        try await Run.server(FakeDaemon(FakeDaemon.report(volumes: ["web", "db"]))) { server async throws in
            #expect(try await server.get("/api/v1/volumes/nobody/explain").status == 404)
            let several = try await server.get("/api/v1/volumes/abc/explain")
            #expect(several.status == 409)
            #expect(several.body.contains("web (container container-0)") && several.body.contains("db (container container-1)"))
        }
    }

    @Test func `A wish reaches the daemon over the socket as it was made`() async throws {
        let daemon = FakeDaemon()
        daemon.set { $0.answer = .planned(FakeDaemon.order()) }
        try await Run.server(daemon) { server async throws in
            let planned = try await server.client.grow(GrowRequest(volume: "a/b é", to: .gibibytes(42), dryRun: true))
            #expect(planned == GrowDocument(planned: FakeDaemon.order()))
            let growth = FinishedGrowth(
                order: FakeDaemon.order(), finishedAt: WallTime(seconds: 7), duration: .seconds(2), reached: .gibibytes(2),
                failure: nil)
            daemon.set { $0.answer = .done(growth) }
            #expect(try await server.client.grow(GrowRequest(volume: "web", by: .mebibytes(1))).result == .done)
            let wishes = daemon.seen.wishes
            let asked = Asked(author: getuid() == 0 ? "root" : "user \(getuid())", source: .cli)
            #expect(
                wishes == [
                    GrowRequest(volume: "a/b é", to: .gibibytes(42), dryRun: true, asked: asked),
                    GrowRequest(volume: "web", by: .mebibytes(1), asked: asked),
                ])
        }
    }

    @Test(arguments: [
        (GrowAnswer.refused(Refusal(.maximumSize, "too large", hint: "ask for less")), 409, "too large: ask for less"),
        (.unknown("nobody is called so"), 404, "nobody is called so"), (.failed("resume: I/O error"), 500, "resume: I/O error"),
    ])
    func `A wish that is not granted says why and what to do`(answer: GrowAnswer, status: Int, text: String) async throws {
        let daemon = FakeDaemon()
        daemon.set { $0.answer = answer }
        try await Run.server(daemon) { server async throws in
            let error = await #expect(throws: SocketClientError.self) {
                try await server.client.grow(GrowRequest(volume: "web", to: Bytes(1)))
            }
            guard case .refused(let given, _)? = error else {
                Issue.record("\(error as Any)")
                return
            }
            #expect(given == status)
            #expect(error?.description.hasPrefix(text) == true)
        }
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"to": "42GiB", "by": 1}"#, #"{"to": -1}"#, #"{"to": "42 apples"}"#, #"{"by": 0}"#,
        #"{"to": 1, "force": true}"#, #"{"to": 1, "dry_run": "yes"}"#, #"{"to": 1, "dryRun": true}"#, #"{"to": null}"#,
        #"{"to": 1.5}"#,
    ])
    func `A wish that cannot be understood is refused with an example`(body: String) async throws {
        let error = #expect(throws: Refused.self) { try wishes.grow("web", Array(body.utf8)) }
        #expect(error?.status == .badRequest)
        #expect(error?.document.hint.contains(#"{"to": "42GiB"}"#) == true)
    }

    @Test func `A wish may be text or a number of bytes`() throws {
        #expect(try wishes.grow("web", Array(#"{"to": "42GiB"}"#.utf8)).to == .gibibytes(42))
        let body = try wishes.grow("web", Array(#"{"by": 1048576, "dry_run": true}"#.utf8))
        #expect(body.by == .mebibytes(1) && body.dryRun && body.to == nil)
    }

    @Test func `A body that is too large is turned away unread by the daemon`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            let body = Array((#"{"to": ""# + String(repeating: "9", count: Limits.body) + #""}"#).utf8)
            let answer = try await server.client.post(Route.grow("web").path, body: body)
            #expect(answer.status == 413)
            #expect(daemon.seen.wishes.isEmpty)
            #expect(try await server.get("/-/healthy").status == 200)
        }
    }
}
