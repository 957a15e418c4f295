// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Foundation
import Journal
import Owners
import Policy
import Testing
import Units

@testable import Server

/// The description of the API against what answers.
struct OpenAPITests {
    /// Every route that is there. A new one does not compile without a case here, and is missed below without an endpoint.
    private static func isOfTheAPI(_ route: Route) -> Bool {
        switch route {
        case .page, .metrics: false
        case .healthy, .ready, .reload, .status, .pools, .volumes, .overrides, .history, .openAPI, .explain, .grow, .hold,
            .release, .pin, .pause, .resume, .alerts:
            true
        }
    }

    private static let routes: [Route] = [
        .page, .metrics, .healthy, .ready, .reload, .status, .pools, .volumes, .overrides, .history, .openAPI,
        .explain("{volume}"),
        .grow("{volume}"), .hold("{volume}"), .release("{volume}"), .pin("{volume}"), .pause(nil), .pause("{pool}"), .resume(nil),
        .resume("{pool}"), .alerts,
    ]

    @Test func `Every route has its endpoint, and every endpoint its route`() {
        let described = Endpoint.all.map(\.route)
        #expect(Set(described) == Set(OpenAPITests.routes.filter(OpenAPITests.isOfTheAPI)))
        #expect(Set(described).count == described.count)
        for endpoint in Endpoint.all {
            let path = endpoint.template.replacing("{volume}", with: "web").replacing("{pool}", with: "depot")
            #expect(Route(path: path, telemetryPath: "/metrics") != nil, "\(endpoint.template)")
        }
        #expect(Set(Endpoint.all.map(\.operation)).count == Endpoint.all.count)
    }

    @Test func `The document is served, with the version that runs`() async throws {
        try await Run.server { server async throws in
            let answer = try await server.get("/api/v1/openapi.json")
            #expect(answer.status == 200 && answer.headers["content-type"] == "application/json; charset=utf-8")
            let document = try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
            #expect(document["openapi"] as? String == "3.1.0")
            #expect((document["info"] as? [String: Any])?["version"] as? String == "1.2.3")
            #expect((document["paths"] as? [String: Any])?.count == Endpoint.all.count)
        }
    }

    @Test func `Every word that may stand behind the history's question mark is described, and no other`() throws {
        let endpoint = try #require(Endpoint.all.first { $0.route == .history })
        #expect(endpoint.parameters.map(\.name).sorted() == HistoryWish.words.sorted())
        #expect(Endpoint.all.allSatisfy { $0.route == .history || $0.parameters.isEmpty })
    }

    @Test func `Every schema that is named is there`() throws {
        let text = String(decoding: try OpenAPI.text(version: "1"), as: UTF8.self)
        let known = Set(Schemas.answers.keys).union(Schemas.wishes.keys).union(Schemas.notification.keys)
        let named = text.matches(of: /#\/components\/schemas\/(\w+)/).map { String($0.output.1) }
        #expect(Set(named) == known)
    }

    /// A document of each kind, with all that it may have and with as little as it may have.
    private static func samples() throws -> [(String, [UInt8])] {
        let asked = Asked(author: "alice", source: .cli, reason: "why")
        var order = FakeDaemon.order()
        order.limitedBy = Refusal(.reserve, "x", hint: "y")
        order.hook = OwnerHook(command: ["/sbin/x"])
        order.exceeds = .init(override: OverrideID(1), bytes: Bytes(1))
        order.asked = asked
        var leave = Override(
            id: OverrideID(1), kind: .exceedReserve(bound: Bytes(9)), scope: .all, asked: asked, start: .init(seconds: 0),
            end: .init(seconds: 9))
        var change = OverrideChange()
        let pin = Override.Kind.pin(.init(threshold: .percent(90), target: .percent(9), maximumSize: Bytes(7)))
        change.set = [leave]
        leave.kind = pin
        change.lifted = [leave]
        change.volumes = ["web"]
        var failed = FinishedGrowth(
            order: order, finishedAt: .init(seconds: 0), duration: .seconds(1), reached: Bytes(1), failure: "resume: no")
        var report = FakeDaemon.report()
        report.overrides = change.set
        report.growths.recent = [failed]
        report.growths.running = [FakeDaemon.order()]
        failed.failure = nil
        let volume = try #require(report.snapshot?.volumes.first)
        var verification = HistoryVerification()
        verification.entries = 1
        (verification.first, verification.last) = (.init(seconds: 0), .init(seconds: 1))
        (verification.newestID, verification.newestHash) = (3, [UInt8](repeating: 1, count: 32))
        verification.fault = .init(id: 4, text: "x")
        return [
            ("Status", try Documents.encode(StatusDocument(report))),
            (
                "Status",
                try Documents.encode(
                    StatusDocument(Report(hostKind: "l", version: "1", mode: .observe, startedAt: .init(seconds: 0))))
            ),
            ("Explanation", try Documents.encode(try #require(ExplainDocument(volume, in: report)))),
            ("Grown", try Documents.encode(GrowDocument(planned: FakeDaemon.order()))),
            ("Grown", try Documents.encode(GrowDocument(done: failed))),
            ("Grown", try Documents.encode(GrowDocument(permitted: change))),
            ("OverrideChange", try Documents.encode(OverrideChangeDocument(change))),
            ("History", try Documents.encode(HistoryDocument(FakeDaemon.records()))),
            ("History", try Documents.encode(HistoryDocument(HistoryVerification()))),
            ("History", try Documents.encode(HistoryDocument(verification))),
            ("Error", try Documents.encode(ErrorDocument(Refusal(.reserve, "x", hint: "y")))),
            ("Error", try Documents.encode(ErrorDocument(error: "x", hint: "y"))),
        ]
    }

    @Test func `Documents have the keys that their schemas tell, all of the required ones and no others`() throws {
        for (name, bytes) in try OpenAPITests.samples() {
            let value = try JSONSerialization.jsonObject(with: Data(bytes))
            try OpenAPITests.compare(value, to: .named(name), at: name)
        }
    }

    private static func compare(_ value: Any, to schema: Schema, at place: String) throws {
        var json = schema.json
        while case .text(let reference)? = json["$ref"], let name = reference.split(separator: "/").last {
            json = try #require(Schemas.answers[String(name)]).json
        }
        if let list = value as? [Any] {
            #expect(json["type"] == "array", "\(place)")
            guard let items = json["items"] else { return }
            for element in list { try compare(element, to: Schema(json: items), at: place + "[]") }
        } else if let object = value as? [String: Any] {
            guard case .object(let properties)? = json["properties"] else {
                Issue.record("\(place) is an object")
                return
            }
            let required: [String] =
                if case .list(let names)? = json["required"] {
                    names.compactMap { if case .text(let name) = $0 { name } else { nil } }
                } else { [] }
            #expect(Set(required).isSubset(of: object.keys), "\(place) lacks \(Set(required).subtracting(object.keys))")
            #expect(
                Set(object.keys).isSubset(of: properties.keys), "\(place) has \(Set(object.keys).subtracting(properties.keys))")
            for (key, element) in object {
                if let property = properties[key] { try compare(element, to: Schema(json: property), at: "\(place).\(key)") }
            }
        } else if case .list(let words)? = json["enum"], let text = value as? String {
            #expect(words.contains(.text(text)), "\(place) is \(text)")
        }
    }
}
