// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Engine
import Exposition
import Glibc
import Host
import Logging
import Notifier
import Policy
import Synchronization
import Testing
import Units

/// The driver against a small server that behaves, or does not.
@Suite(.timeLimit(.minutes(2))) struct NotifierTests {
    private typealias Alertmanager = NotificationSettings.Alertmanager
    private let lines = Lines()
    private var logger: Logger { Logger(label: "test") { _ in LineHandler(lines: lines) } }

    private func settings(_ servers: AlertmanagerDouble..., login: NotificationSettings.Login? = nil) -> NotificationSettings {
        var settings = NotificationSettings(
            alertmanagers: servers.map {
                Alertmanager(isSecure: false, host: "127.0.0.1", port: $0.port, prefix: "/am", login: login)
            })
        settings.instance = "host-1"
        settings.labels = ["cluster": "a"]
        settings.externalURL = "http://host-1/"
        settings.interval = .seconds(1)
        return settings
    }

    /// Runs until it is so, or for half a minute.
    private func run(
        _ notifier: Notifier, _ reports: Reports = Reports(grown: ["web"]), until isSo: @escaping @Sendable () async -> Bool
    ) async throws {
        let task = Task { await notifier.run { reports.report } }
        defer { task.cancel() }
        for _ in 0..<600 {
            if await isSo() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("not so within half a minute: \(lines.text)")
    }

    @Test func `a growth is posted to all, with its labels, under the prefix`() async throws {
        let (one, other) = (try await AlertmanagerDouble(.status(200)), try await AlertmanagerDouble(.status(200)))
        let notifier = Notifier(settings(one, other), logger: logger)
        try await run(notifier) { !one.posts.isEmpty && !other.posts.isEmpty && notifier.figures?.receivers[0].sent != 0 }
        let post = try #require(one.posts.first)
        #expect(post.head.first == "POST /am/api/v2/alerts HTTP/1.1")
        let alert = try #require(post.alerts.first)
        #expect(
            alert.labels == [
                "alertname": "HeadroomGrew", "severity": "info", "instance": "host-1", "cluster": "a", "pool": "depot",
                "volume": "web", "notified_by": "headroom",
            ])
        #expect(alert.generatorURL == "http://host-1/")
        #expect(other.posts.first?.alerts.first?.labels == alert.labels)
        #expect(notifier.figures?.receivers.map(\.name) == ["127.0.0.1:\(one.port)/am", "127.0.0.1:\(other.port)/am"])
        #expect(notifier.figures?.receivers[0].lastSuccess != nil && lines.text == "")
        try await one.close()
        try await other.close()
    }

    @Test(arguments: [
        (AlertmanagerDouble.Answer.status(500, "broken\u{1B}[0m"), "it answers 500 (broken"), (.status(404), "with this prefix"),
        (.status(401), "check user, password and token"), (.status(302), "that it sends one on to"), (.garbage, "is not told"),
        (.hangsUp, "closed without an answer"),
    ])
    func `one that fails is tried again, told of once, and told the same in the end`(
        answer: AlertmanagerDouble.Answer, why: String
    ) async throws {
        let server = try await AlertmanagerDouble(answer, answer, .status(200))
        let notifier = Notifier(settings(server), logger: logger)
        try await run(notifier) { notifier.figures?.receivers[0].sent ?? 0 >= 1 }
        #expect(notifier.figures?.receivers[0].failed == 2)
        #expect(server.posts.map { $0.alerts.first?.labels["alertname"] } == ["HeadroomGrew", "HeadroomGrew", "HeadroomGrew"])
        let said = lines.text.split(separator: "\n")
        #expect(said.count == 2 && said[0].hasPrefix("warning") && said[0].contains(why), "\(lines.text)")
        #expect(said[1].contains("is told again, after 2 tries") && !lines.text.contains("\u{1B}"))
        try await server.close()
    }

    @Test func `a silent one holds up nobody, not the other and not the end`() async throws {
        let (silent, other) = (try await AlertmanagerDouble(.silence), try await AlertmanagerDouble(.status(200)))
        let notifier = Notifier(settings(silent, other), logger: logger)
        let reports = Reports(grown: ["web"])
        let task = Task { await notifier.run { reports.report } }
        while silent.posts.isEmpty || other.posts.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        reports.grow("db")
        while !other.posts.contains(where: { $0.alerts.count == 2 }) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(silent.posts.count == 1)
        let start = ContinuousClock.now
        task.cancel()
        await task.value
        #expect(ContinuousClock.now - start < .seconds(8))
        try await silent.close()
        try await other.close()
    }

    @Test func `one that is started later is told what it missed`() async throws {
        let gone = try await AlertmanagerDouble(.status(200))
        try await gone.close()
        let notifier = Notifier(settings(gone), logger: logger)
        let back = Mutex<AlertmanagerDouble?>(nil)
        let port = gone.port
        try await run(notifier) {
            if notifier.figures?.receivers[0].failed ?? 0 >= 2, back.withLock({ $0 == nil }) {
                guard let server = try? await AlertmanagerDouble(.status(200), port: port) else { return false }
                back.withLock { $0 = server }
            }
            return back.withLock { $0?.posts.isEmpty == false }
        }
        #expect(lines.text.contains("nobody listens"))
        try await back.withLock { $0 }?.close()
    }

    @Test func `what is secret comes from its file at each post, and is never logged`() async throws {
        let file = "/tmp/headroom-secret.\(getpid())"
        @Sendable func write(_ text: String) throws {
            let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            defer { close(descriptor) }
            try #require(Glibc.write(descriptor, text, text.utf8.count) == text.utf8.count)
        }
        defer { unlink(file) }
        try write("p4ss\n")
        let server = try await AlertmanagerDouble(.status(401, "who?"), .status(200))
        let notifier = Notifier(settings(server, login: .password(user: "headroom", file: file)), logger: logger)
        try await run(notifier) {
            if server.posts.count == 1 { try? write("n3w") }
            return server.posts.count >= 2
        }
        func authorization(_ post: AlertmanagerDouble.Post) -> String? {
            post.head.first { $0.lowercased().hasPrefix("authorization: ") }.map { String($0.dropFirst(15)) }
        }
        // headroom:p4ss, headroom:n3w
        #expect(server.posts.prefix(2).map(authorization) == ["Basic aGVhZHJvb206cDRzcw==", "Basic aGVhZHJvb206bjN3"])
        #expect(!lines.text.contains("p4ss") && !lines.text.contains("aGVhZ"))
        let other = try await AlertmanagerDouble(.status(200))
        let bearer = Notifier(settings(other, login: .token(file: file)), logger: logger)
        try await run(bearer) { !other.posts.isEmpty }
        #expect(authorization(other.posts[0]) == "Bearer n3w")
        try await server.close()
        try await other.close()
    }

    @Test func `a file that cannot be used is told by the check, and by the log of a daemon`() async throws {
        let server = try await AlertmanagerDouble(.status(200))
        let settings = settings(server, login: .token(file: "/nonexistent/token"))
        #expect(Notifier.complaints(about: settings).first?.contains("/nonexistent/token is not there") == true)
        let notifier = Notifier(settings, logger: logger)
        try await run(notifier) { notifier.figures?.receivers[0].failed ?? 0 >= 1 }
        #expect(lines.text.contains("/nonexistent/token is not there") && server.posts.isEmpty)
        var secure = settings
        secure.alertmanagers[0].login = nil
        secure.alertmanagers[0].isSecure = true
        secure.alertmanagers[0].authorityFile = "/etc/hostname"
        #expect(Notifier.complaints(about: secure).first?.contains("/etc/hostname: no certificate in PEM") == true)
        #expect(Notifier.complaints(about: self.settings(server)) == [])
        try await server.close()
    }

    @Test func `what is said when the daemon ends is heard`() async throws {
        let server = try await AlertmanagerDouble(.status(200))
        let notifier = Notifier(settings(server), logger: logger)
        let reports = Reports(grown: [])
        let task = Task { await notifier.run { reports.report } }
        try await Task.sleep(for: .milliseconds(200))
        reports.grow("web")
        task.cancel()
        await task.value
        #expect(server.posts.last?.alerts.first?.labels["volume"] == "web")
        try await server.close()
    }

    @Test func `other settings hold at once, and what was told is not told again`() async throws {
        let (one, other) = (try await AlertmanagerDouble(.status(200)), try await AlertmanagerDouble(.status(200)))
        let notifier = Notifier(nil, logger: logger)
        #expect(notifier.figures == nil)
        let reports = Reports(grown: ["early"])
        let task = Task { await notifier.run { reports.report } }
        try await Task.sleep(for: .milliseconds(1500))
        await notifier.reload(settings(one))
        reports.grow("web")
        while one.posts.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        #expect(one.posts[0].alerts.map { $0.labels["volume"] } == ["web"])
        await notifier.reload(settings(other))
        reports.grow("db")
        while other.posts.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        #expect(other.posts[0].alerts.map { $0.labels["volume"] } == ["db"])
        #expect(notifier.figures?.receivers.map(\.name) == ["127.0.0.1:\(other.port)/am"])
        await notifier.reload(nil)
        #expect(notifier.figures == nil)
        task.cancel()
        await task.value
        try await one.close()
        try await other.close()
    }
}

/// Reports of a host on which volumes were grown.
final class Reports: Sendable {
    private let state: Mutex<Report>

    var report: Report { state.withLock { $0 } }

    init(grown: [DeviceName]) {
        state = Mutex(Report(hostKind: "linux", version: "1", mode: .enforce, startedAt: .now()))
        for volume in grown { grow(volume) }
    }

    func grow(_ volume: DeviceName) {
        let order = Order(
            volume: VolumeIdentity(name: volume, uuid: "", poolName: "depot", thinID: 1), kind: .ext4, reason: .threshold,
            from: .gibibytes(1), to: .gibibytes(2), deviceFrom: Bytes.gibibytes(1).wholeSectors,
            deviceTo: Bytes.gibibytes(2).wholeSectors, price: .zero)
        state.withLock { report in
            report.growths.finished += 1
            report.growths.recent.append(
                FinishedGrowth(
                    order: order, finishedAt: .now(), duration: .milliseconds(9), reached: .gibibytes(2), failure: nil))
        }
    }
}

/// What was logged, a line each.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct LineHandler: LogHandler {
    let lines: Lines
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.level) \(event.message)") }
}
