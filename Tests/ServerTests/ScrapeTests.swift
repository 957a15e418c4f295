// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import HTTPTypes
import Testing
import Units

@testable import Server

struct ScrapeTests {
    private static func wish(_ query: String = "", _ headers: HTTPFields = [:]) throws -> ScrapeWish {
        try ScrapeWish(query: query, headers: headers)
    }

    // MARK: Which families

    @Test func `Without a filter there is everything`() throws {
        #expect(try Self.wish().groups == FamilyGroup.allCases)
        #expect(try Self.wish("target=a&module=b").groups == FamilyGroup.allCases)
    }

    @Test func `What is named is told, or left out, in the order of the page`() throws {
        #expect(try Self.wish("collect[]=pools&collect%5B%5D=daemon&collect[]=pools").groups == [.daemon, .pools])
        #expect(
            try Self.wish("exclude[]=volumes&exclude[]=filesystems").groups
                == FamilyGroup.allCases.filter { $0 != .volumes && $0 != .filesystems })
    }

    @Test(arguments: ["collect[]=pool", "collect[]=", "exclude[]=Volumes", "collect[]=pools&exclude[]=volumes", "collect[]=%ff"])
    func `What is not there is refused with what is`(query: String) async throws {
        #expect(throws: Refused.self) { try Self.wish(query) }
        try await Run.server { server async throws in
            let answer = try await server.get("/metrics?\(query)")
            #expect(answer.status == 400)
            #expect(answer.body.contains("daemon, pools, volumes"))
        }
    }

    @Test func `A host with very many volumes can be asked for its pools alone`() async throws {
        try await Run.server { server async throws in
            let pools = try await server.get("/metrics?collect[]=pools&collect[]=process").body
            #expect(pools.contains("headroom_pool_data_bytes{"))
            #expect(pools.contains("process_threads "))
            #expect(!pools.contains("headroom_volume") && !pools.contains("headroom_build_info"))
            let rest = try await server.get("/metrics?exclude[]=volumes").body
            #expect(!rest.contains("headroom_volume_size_bytes{"))
            #expect(rest.contains("headroom_pool_data_bytes{"))
        }
    }

    // MARK: In which format

    @Test(arguments: [
        ("text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8"),
        (
            "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
        ),
        ("image/png", "text/plain; version=0.0.4; charset=utf-8"),
    ])
    func `What is answered says what it is`(accept: String, contentType: String) async throws {
        try await Run.server { server async throws in
            let answer = try await server.get("/metrics", "Accept: \(accept)\r\n")
            #expect(answer.headers["content-type"] == contentType)
            #expect(answer.headers["vary"] == "Accept, Accept-Encoding")
            #expect(answer.body.hasSuffix("# EOF\n") == contentType.hasPrefix("application/openmetrics-text"))
        }
    }

    @Test func `HEAD tells the same as GET and sends nothing`() async throws {
        try await Run.server { server async throws in
            let answer = try await server.send("HEAD /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.body.isEmpty)
        }
    }

    @Test(
        arguments: [
            ("gzip", true), ("gzip, deflate, br", true), ("deflate, gzip;q=1.0, *;q=0.5", true), ("*", true), ("X-GZIP", true),
            ("", false), ("identity", false), ("br", false), ("gzip;q=0", false), ("gzip;q=0, *", false), ("*;q=0", false),
        ])
    func `gzip is sent to those alone who take it`(header: String, takes: Bool) {
        #expect(ScrapeWish.takesGzip(header) == takes)
    }

    // MARK: By when

    @Test(
        arguments: [
            ("10", 9.75), ("0.4", 0.3), ("1", 0.75), ("0", nil), ("-1", nil), ("", nil), ("nan", nil), ("inf", nil),
            ("1e99", nil),
            ("10s", nil),
        ] as [(String, Double?)])
    func `The answer comes a little before the scraper gives up`(header: String, seconds: Double?) {
        let deadline = ScrapeWish.deadline(header)?.seconds
        #expect((deadline == nil) == (seconds == nil))
        #expect(abs((deadline ?? 0) - (seconds ?? 0)) < 1e-9)
    }

    @Test func `What takes too long is not waited for`() async {
        let began = ContinuousClock.now
        let late = await first(within: .milliseconds(50)) {
            // Not to be interrupted, as the work of a real scrape is not.
            await withCheckedContinuation { continuation in
                Task.detached {
                    try? await Task.sleep(for: .seconds(3600))
                    continuation.resume()
                }
            }
            return 1
        }
        #expect(late == nil)
        #expect(began.duration(to: .now) < .seconds(1800))
        #expect(await first(within: .seconds(60)) { 1 } == 1)
    }

    // MARK: How many

    @Test func `Requests are counted by their answers, the one that asks is in flight`() async throws {
        try await Run.server { server async throws in
            _ = try await server.get("/no/such/page")
            _ = try await server.get("/metrics")
            let text = try await server.get("/metrics").body
            #expect(text.contains("headroom_http_requests_total{code=\"200\"} 1\n"))
            #expect(text.contains("headroom_http_requests_total{code=\"404\"} 1\n"))
            #expect(text.contains("headroom_http_requests_in_flight 1\n"))
        }
    }
}
