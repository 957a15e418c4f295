// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Policy
import Testing
import Units

@testable import Server

struct AlertApiTests {
    /// As Alertmanager 0.27 sends it, with a word that it may say one day.
    private static let notification = #"""
        {"receiver":"headroom","status":"firing","version":"4","groupKey":"{}:{alertname=\"Full\"}","truncatedAlerts":2,
         "groupLabels":{"alertname":"Full"},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://a:9093","later":[1],
         "alerts":[
          {"status":"firing","labels":{"alertname":"Full","volume":"web"},
           "annotations":{"summary":"web is full","description":"long"},"startsAt":"2026-01-31T12:00:00.123Z",
           "endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p:9090","fingerprint":"a1b2"},
          {"status":"resolved","labels":{"alertname":"Full"},"annotations":{"description":"only this"},
           "startsAt":"2026-01-31T12:00:00Z","endsAt":"2026-01-31T12:05:00Z","fingerprint":"c3"}]}
        """#

    private static func notification(_ alerts: String) -> String { #"{"version": "4", "alerts": [\#(alerts)]}"# }

    @Test func `A notification reads as Alertmanager means it`() throws {
        let payload = try AlertPayload(Array(AlertApiTests.notification.utf8))
        let (first, second) = (try #require(payload.alerts.first ?? nil), try #require(payload.alerts.last ?? nil))
        #expect(payload.alerts.count == 2 && payload.truncated == 2)
        #expect(first.status == .firing && first.labels == ["alertname": "Full", "volume": "web"])
        #expect(first.summary == "web is full" && second.summary == "only this" && second.status == .resolved)
        #expect(first.key.fingerprint == "a1b2" && first.key.startsAt == WallTime(rfc3339: "2026-01-31T12:00:00.123Z"))
    }

    @Test(arguments: [
        "", "7", "[]", "{", "null", #"{"version": "4"}"#, #"{"version": 4, "alerts": []}"#, #"{"version": "3", "alerts": []}"#,
        #"{"version": "5", "alerts": []}"#, #"{"alerts": []}"#, #"{"version": "4", "alerts": {}}"#,
    ])
    func `What is no notification of version 4 is refused with what to do, and noted`(body: String) async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            let answer = try await server.local("/api/v1/alerts", body: body)
            #expect(answer.status == 400 && answer.body.contains("hint"))
            #expect(daemon.seen.unreadable.count == 1 && daemon.seen.deliveries.isEmpty)
        }
    }

    @Test(arguments: [
        "7", "null", "[]", "{}", #"{"status": "firing"}"#,
        #"{"status": "burning", "labels": {}, "fingerprint": "f", "startsAt": "2026-01-31T12:00:00Z"}"#,
        #"{"status": "firing", "labels": {"a": 1}, "fingerprint": "f", "startsAt": "2026-01-31T12:00:00Z"}"#,
        #"{"status": "firing", "labels": {}, "fingerprint": "", "startsAt": "2026-01-31T12:00:00Z"}"#,
        #"{"status": "firing", "labels": {}, "fingerprint": "f", "startsAt": "yesterday"}"#,
        #"{"status": "firing", "labels": {}, "fingerprint": "f", "startsAt": "0001-01-01T00:00:00Z"}"#,
    ])
    func `One alert that cannot be read does not spoil the others`(alert: String) throws {
        let right = #"{"status": "firing", "labels": {}, "fingerprint": "f", "startsAt": "2026-01-31T12:00:00Z"}"#
        let payload = try AlertPayload(Array(AlertApiTests.notification(alert + "," + right).utf8))
        #expect(payload.alerts.map { $0 == nil } == [true, false])
    }

    @Test func `More than are taken at once are counted and left alone`() throws {
        let one = #"{"status": "firing", "labels": {}, "fingerprint": "f", "startsAt": "2026-01-31T12:00:00Z"}"#
        let many = Array(repeating: one, count: Limits.alertsAtOnce + 3).joined(separator: ",")
        let payload = try AlertPayload(Array(AlertApiTests.notification(many).utf8))
        #expect(payload.alerts.count == Limits.alertsAtOnce && payload.truncated == 3)
    }

    @Test(arguments: [
        (AlertResult.set, 200), (.known, 200), (.unknownTarget, 200), (.capped, 200), (.notNow, 503), (.forbidden, 403),
    ])
    func `Only what can be done later is to be sent again`(result: AlertResult, status: Int) async throws {
        let daemon = FakeDaemon()
        daemon.set { $0.alertResult = result }
        try await Run.server(daemon) { server async throws in
            let answer = try await server.local("/api/v1/alerts", body: AlertApiTests.notification)
            #expect(answer.status == status)
            if status == 200 { #expect(answer.body.contains(#""result":"\#(result.rawValue)""#)) }
            let delivery = try #require(daemon.seen.deliveries.last)
            #expect(delivery.alerts.count == 2 && delivery.mayBreakGlass && !delivery.dryRun)
        }
    }

    @Test func `A dry run is asked for in the query`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            _ = try await server.local("/api/v1/alerts?dry_run=true", body: AlertApiTests.notification)
            #expect(daemon.seen.deliveries.last?.dryRun == true)
            let answer = try await server.local("/api/v1/alerts?dry_run=perhaps", body: AlertApiTests.notification)
            #expect(answer.status == 400 && daemon.seen.deliveries.count == 1)
        }
    }

    @Test func `Over the network nothing is taken without authentication`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            let answer = try await server.post("/api/v1/alerts", body: AlertApiTests.notification)
            #expect(answer.status == 403 && daemon.seen.deliveries.isEmpty)
        }
    }
}
