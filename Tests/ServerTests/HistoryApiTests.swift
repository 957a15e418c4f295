// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import Journal
import Testing
import Units

@testable import Server

struct HistoryApiTests {
    private func read(_ query: String) throws -> HistoryQuery {
        try HistoryWish(query: query, now: WallTime(seconds: 1_700_000_000)).query
    }

    @Test func `What is asked for is understood, in any form that is told`() throws {
        #expect(try read("") == HistoryQuery())
        let all = try read("volume=a%20b%2B+c%26&since=24h&until=2023-11-14T22:13:20.500Z&kind=override&limit=10000&")
        #expect(all.volume == "a b+ c&" && all.kind == .override && all.limit == 10_000)
        #expect(all.since == WallTime(seconds: 1_700_000_000 - 86_400) && all.until == WallTime(milliseconds: 1_700_000_000_500))
        #expect(try read("since=2023-11-14").since == WallTime(seconds: 1_699_920_000))
        #expect(try HistoryWish(query: "verify=true").verifies)
        #expect(try !HistoryWish(query: "verify=false&limit=1").verifies)
    }

    @Test(arguments: [
        "limit=0", "limit=10001", "limit=x", "limit=", "limit", "kind=", "kind=growths", "kind=Growth", "since=yesterday",
        "since=2023-02-30", "since=2023-11-14T25:00:00Z", "since=-1h", "since=1969-12-31", "until=", "volume=", "verify=1",
        "verify=", "volume=%ZZ", "volume=%FF", "nothing=1", "=1", "limit=1&limit=2", "Limit=1", "limit=%20",
    ])
    func `What cannot be meant is refused with what is meant`(query: String) async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            let answer = try await server.get("/api/v1/history?" + query)
            #expect(answer.status == 400)
            #expect(answer.body.contains("\"error\"") && answer.body.contains("\"hint\"") && answer.body.contains("since=24h"))
            #expect(daemon.seen.queries.isEmpty)
        }
    }

    @Test func `The history comes as a document that reads back, over the network and the socket`() async throws {
        let daemon = FakeDaemon()
        daemon.set { $0.history = .success(FakeDaemon.records()) }
        try await Run.server(daemon) { server async throws in
            let answer = try await server.get("/api/v1/history?volume=web&limit=7")
            let document = HistoryDocument(FakeDaemon.records())
            #expect(try Documents.decode(HistoryDocument.self, from: Array(answer.body.utf8)) == document)
            #expect(answer.headers["content-type"] == "application/json; charset=utf-8")
            var query = HistoryQuery()
            query.volume = "ü &=%+/"
            query.since = WallTime(milliseconds: 1_700_000_000_123)
            query.until = WallTime(seconds: 1_700_000_001)
            query.kind = .alert
            query.limit = 9
            #expect(try await server.client.history(query) == document)
            #expect(daemon.seen.queries.last == query)
            #expect(daemon.seen.queries.first?.volume == "web" && daemon.seen.queries.first?.limit == 7)
        }
    }

    @Test func `Whether it is as it was written is told with the first fault`() async throws {
        let daemon = FakeDaemon()
        var verification = HistoryVerification()
        verification.entries = 3
        verification.newestID = 3
        verification.newestHash = [UInt8](repeating: 0xFE, count: 32)
        verification.fault = .init(id: 4, text: "entry 4 is missing")
        daemon.set { [verification] in $0.verification = verification }
        try await Run.server(daemon) { server async throws in
            let told = try await server.client.verifyHistory()
            #expect(told.entries.isEmpty && told.verification?.fault?.id == 4)
            #expect(told.verification?.newestHash == String(repeating: "fe", count: 32))
            #expect(daemon.seen.queries.isEmpty)
        }
    }

    @Test func `A journal that cannot be read is told as such`() async throws {
        let daemon = FakeDaemon()
        daemon.set { $0.history = .failure(.full(path: "/x")) }
        try await Run.server(daemon) { server async throws in
            let answer = try await server.get("/api/v1/history")
            #expect(answer.status == 503 && answer.body.contains("/x: no room"))
        }
    }
}
