// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import Units

@testable import ConfigurationFile

private func entry(_ keys: String) -> String { "notifications:\n  alertmanagers:\n  - {\(keys)}\n" }
private func key(_ line: String) -> String { "notifications:\n  alertmanagers: [\"http://a\"]\n  \(line)\n" }

@Suite struct NotificationsTests {
    @Test func `Every key is taken, and an Alertmanager is a URL or has keys`() throws {
        let settings = try #require(
            try read(
                """
                notifications:
                  alertmanagers:
                    - http://127.0.0.1:9093/
                    - url: https://am.example.org/prefix/
                      ca_file: /etc/ca.pem
                      username: headroom
                      password_file: /etc/password
                    - {url: "https://[::1]:9443", token_file: /etc/token}
                  labels: {cluster: a, zone_2: "b c"}
                  instance: web-1:10787
                  external_url: https://web-1:10787/
                  interval: 30s
                """
            ).notifications)
        var expected = NotificationSettings(alertmanagers: [
            .init(isSecure: false, host: "127.0.0.1", port: 9093),
            .init(
                isSecure: true, host: "am.example.org", port: 443, prefix: "/prefix", authorityFile: "/etc/ca.pem",
                login: .password(user: "headroom", file: "/etc/password")),
            .init(isSecure: true, host: "::1", port: 9443, login: .token(file: "/etc/token")),
        ])
        expected.labels = ["cluster": "a", "zone_2": "b c"]
        expected.instance = "web-1:10787"
        expected.externalURL = "https://web-1:10787/"
        expected.interval = .seconds(30)
        #expect(settings == expected)
        #expect(settings.alertmanagers.map(\.name) == ["127.0.0.1:9093", "am.example.org:443/prefix", "[::1]:9443"])
    }

    @Test(arguments: ["", "notifications:\n", "notifications: null\n"])
    func `Nobody is told where none is named`(text: String) throws {
        #expect(try read(text).notifications == nil)
    }

    @Test func `What is left out has its default`() throws {
        let settings = try #require(try read("notifications: {alertmanagers: [\"http://am:9093\"]}\n").notifications)
        #expect(settings == NotificationSettings(alertmanagers: [.init(isSecure: false, host: "am", port: 9093)]))
        #expect(settings.interval == .seconds(60))
    }

    @Test(arguments: [
        Mistake("notifications: {}\n", 1, 1, "tells nobody", "`alertmanagers: [http://127.0.0.1:9093]`"),
        Mistake("notifications: {alertmanagers: []}\n", 1, 1, "tells nobody"),
        Mistake("notifications: [a]\n", 1, 16, "is made of keys"),
        Mistake("notifications: {alertmanager: [a]}\n", 1, 17, "did you mean `alertmanagers`?"),
        Mistake("notifications: {alertmanagers: \"http://a\"}\n", 1, 32, "is a list"),
        Mistake("notifications: {alertmanagers: [127.0.0.1:9093]}\n", 1, 33, "is no URL", "`http://127.0.0.1:9093`"),
        Mistake("notifications: {alertmanagers: [\"http://a\", \"http://a/\"]}\n", 1, 45, "there is an entry for `a:80`"),
        Mistake("notifications: {alertmanagers: [\"http://a/api/v2/alerts\"]}\n", 1, 33, "without `/api/...`"),
        Mistake("notifications: {alertmanagers: [\"http://me:s3cret@a\"]}\n", 1, 33, "this is no URL", "`password_file`"),
        Mistake("notifications: {alertmanagers: [\"http://a:99999\"]}\n", 1, 33, "is no URL"),
        Mistake("notifications: {alertmanagers: [\"http://a?x=1\"]}\n", 1, 33, "is no URL"),
        Mistake("notifications: {alertmanagers: [\"ftp://a\"]}\n", 1, 33, "is no URL"),
        Mistake(entry("ca_file: /a"), 3, 5, "has a `url`"),
        Mistake(entry("url: \"https://a\", ca_file: a"), 3, 33, "no absolute path"),
        Mistake(entry("url: \"http://a\", ca_file: /a"), 3, 23, "is for a URL with https://"),
        Mistake(entry("url: \"https://a\", username: a"), 3, 24, "goes with a `password_file`"),
        Mistake(entry("url: \"https://a\", password_file: /a"), 3, 24, "goes with a `username`"),
        Mistake(
            entry("url: \"https://a\", username: a, password_file: /a, token_file: /b"), 3, 56, "two ways to say who one is"),
        Mistake(entry("url: \"https://a\", username: \"a:b\", password_file: /a"), 3, 34, "has a colon"),
        Mistake(key("labels: {pool: a}"), 3, 12, "the label `pool`", "another name"),
        Mistake(key("labels: {instance: a}"), 3, 12, "beside `labels`"),
        Mistake(key("labels: {notified_by: a}"), 3, 12, "the label `notified_by`"),
        Mistake(key("labels: {a-b: a}"), 3, 12, "is not the name of a label"),
        Mistake(key("labels: {__a: a}"), 3, 12, "is not the name of a label"),
        Mistake(key("labels: {a: \"\"}"), 3, 15, "1 to 500 characters"),
        Mistake(key("labels: {a: [b]}"), 3, 15, "is a single value"),
        Mistake(key("instance: \"a\\nb\""), 3, 13, "one line"),
        Mistake(key("external_url: web-1"), 3, 17, "is no URL"),
        Mistake(key("interval: 0s"), 3, 13, "between 1s and 1h"),
    ])
    func `A mistake is placed, and what is right is named`(_ mistake: Mistake) throws {
        let complaints = try mistakes(in: mistake.text)
        #expect(complaints.count == 1, "\(complaints)")
        let complaint = try #require(complaints.first)
        #expect([complaint.line, complaint.column] == [mistake.line, mistake.column], "\(complaint.text)")
        for part in mistake.says { #expect(complaint.text.contains(part), "\(complaint.text)") }
        #expect(!complaint.text.contains("s3cret"))
    }

    @Test func `What is secret and goes out for everybody to read is warned of`() throws {
        let warnings = try read(entry("url: \"http://am:9093\", token_file: /a")).warnings
        #expect(warnings.count == 1 && warnings[0].text.contains("use https://"))
        #expect(try read(entry("url: \"http://127.0.0.1:9093\", token_file: /a")).warnings == [])
    }

    @Test func `Too many are not taken`() throws {
        let many = (0..<17).map { "\"http://a\($0)\"" }.joined(separator: ", ")
        #expect(try mistakes(in: "notifications: {alertmanagers: [\(many)]}\n").map(\.line) == [1])
    }
}
