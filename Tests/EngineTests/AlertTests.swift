// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Logging
import Testing
import Units

@testable import Engine
@testable import Journal
@testable import Policy

@Suite(.timeLimit(.minutes(1))) struct AlertTests {
    private static let size = Bytes.gibibytes(1)
    private static let amount = Bytes.mebibytes(512)

    /// One roomy volume, in observe mode: nothing but an alert makes it grow.
    private func host() -> BenchHost {
        let host = BenchHost()
        host.with { $0.volumes = [BenchHost.volume("web", id: 1, size: AlertTests.size)] }
        return host
    }

    private func rules(_ alerts: [AlertRule]? = nil) -> Rules {
        var rules = Rules()
        rules.alerts =
            alerts ?? [
                AlertRule(labels: ["alertname": Glob("Full")], action: .grow(.by(AlertTests.amount))),
                AlertRule(labels: ["alertname": Glob("Moving")], action: .hold),
            ]
        return rules
    }

    private func engine(
        _ host: BenchHost, _ rules: Rules, books: Books = .none
    ) -> Engine {
        let loaded = LoadedRules(rules: rules, file: nil)
        return Engine(
            host: host, rules: loaded, books: books, version: "test",
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { () throws(ReloadError) in loaded }
    }

    private func alert(
        _ name: String = "Full", _ status: Alert.Status = .firing, fingerprint: String = "f", since: Double = -60,
        volume: String? = "web"
    ) -> Alert {
        Alert(
            status: status, labels: ["alertname": name].merging(volume.map { ["volume": $0] } ?? [:]) { $1 },
            summary: "it is full",
            key: AlertKey(fingerprint: fingerprint, startsAt: WallTime(seconds: (WallTime.now().seconds + since).rounded())))
    }

    private func send(_ engine: Engine, _ alerts: Alert?..., glass: Bool = false, dry: Bool = false) async -> [AlertResult] {
        await engine.receive(AlertDelivery(alerts: alerts, mayBreakGlass: glass, dryRun: dry)).map(\.result)
    }

    private func sizes(_ host: BenchHost) -> [Bytes] {
        host.with { state in
            state.volumes.map {
                if case .mounted(let filesystem) = $0.content { filesystem.geometry?.size ?? .zero } else { .zero }
            }
        }
    }

    private func running(_ engine: Engine, _ body: () async throws -> Void) async throws {
        let run = Task { await engine.run() }
        defer { run.cancel() }
        try await body()
        run.cancel()
        await run.value
    }

    /// Alerts are taken in once what earlier runs left is known.
    private func recalled(_ engine: Engine) async throws {
        while !(await engine.hasRecalled) { try await Task.sleep(for: .milliseconds(1)) }
    }

    private func until(_ condition: () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func `an alert grows a volume in observe mode, once, and is gone when it is over`() async throws {
        let host = host()
        let engine = engine(host, rules())
        let full = alert()
        try await running(engine) {
            #expect(await send(engine, full) == [.set])
            try await until { engine.report().overrides.first?.settled == .done }
            #expect(sizes(host) == [AlertTests.size + AlertTests.amount])
            #expect(await send(engine, full, full) == [.known, .known])
            let growth = try #require(engine.report().growths.recent.last)
            #expect(growth.order.asked == Asked(author: "alert Full", source: .alert, reason: "it is full"))
            var over = full
            over.status = .resolved
            #expect(await send(engine, over) == [.lifted])
            #expect(engine.report().overrides.isEmpty)
            // Late and once more.
            #expect(await send(engine, full, over) == [.stale, .over])
            // It fires again, within the cooldown.
            #expect(await send(engine, alert(since: -10)) == [.coolingDown])
        }
        #expect(sizes(host) == [AlertTests.size + AlertTests.amount])
        #expect(engine.report().alerts[.set] == 1 && engine.report().alerts[.known] == 2)
    }

    @Test func `what a person holds no alert grows; it is grown when he lets go while the alert stands`() async throws {
        let host = host()
        let engine = engine(host, rules())
        let alice = Asked(author: "alice", source: .cli, reason: "because")
        try await running(engine) {
            _ = await engine.override(
                OverrideRequest(kind: .hold, target: .volumes("web"), asked: alice, lasting: .seconds(3600)))
            #expect(await send(engine, alert()) == [.set])
            try await until {
                if case .refused(let refusal)? = engine.report().plan?.decisions.first?.verdict {
                    refusal.reason == .onHold
                } else {
                    false
                }
            }
            #expect(sizes(host) == [AlertTests.size])
            let hold = try #require(engine.report().overrides.first { $0.kind == .hold })
            await engine.lift([hold.id], asked: alice)
            try await until { sizes(host) == [AlertTests.size + AlertTests.amount] }
        }
    }

    @Test func `nothing that comes over the network is a pattern or a prefix`() async throws {
        let host = host()
        let engine = engine(host, rules())
        try await running(engine) {
            for name in ["*", "we?", "we", "", "w*b", "web\n", "WEB"] {
                #expect(await send(engine, alert(fingerprint: name, volume: name)) == [.unknownTarget], "\(name)")
            }
            #expect(await send(engine, alert(volume: nil), nil) == [.unknownTarget, .invalid])
            #expect(await send(engine, alert("Other")) == [.unmatched])
        }
        #expect(engine.report().overrides.isEmpty)
    }

    @Test func `a dry run says what would be and is not remembered`() async throws {
        let host = host()
        let engine = engine(host, rules())
        try await running(engine) {
            #expect(await send(engine, alert(), dry: true) == [.planned])
            #expect(engine.report().overrides.isEmpty && engine.report().alerts.isEmpty)
            #expect(await send(engine, alert()) == [.set])
        }
    }

    @Test func `into the reserve it grows only by an entry that says so, from who may break the glass`() async throws {
        let host = host()
        // What is free is the reserve's, or promised to the volume as it is: nothing but reserve is left.
        host.with { $0.pools = [BenchHost.pool(used: .mebibytes(8300))] }
        let plain = AlertRule(labels: ["alertname": Glob("Full")], action: .grow(.by(.mebibytes(100))))
        let glass = AlertRule(labels: ["alertname": Glob("Last")], action: .exceedReserve(.by(.mebibytes(100))))
        var slow = rules([plain, glass])
        var pool = PoolRule()
        pool.assumedFillRate = ByteRate(.mebibytes(1), per: .seconds(1))
        slow.pools = [pool]
        let engine = engine(host, slow)
        try await running(engine) {
            #expect(await send(engine, alert("Full", fingerprint: "1")) == [.set])
            try await until {
                if case .refused(let refusal)? = engine.report().plan?.decisions.first?.verdict {
                    refusal.reason == .reserve
                } else {
                    false
                }
            }
            #expect(await send(engine, alert("Last", fingerprint: "2")) == [.forbidden])
            #expect(sizes(host) == [AlertTests.size])
            #expect(await send(engine, alert("Full", .resolved, fingerprint: "1")) == [.lifted])
            #expect(await send(engine, alert("Last", fingerprint: "2"), glass: true) == [.set])
            try await until { sizes(host) == [AlertTests.size + .mebibytes(100)] }
            try await until { engine.report().overrides.first?.settled == .done }
            #expect(engine.report().overrides.first.map { $0.spent > .zero } == true)
        }
    }

    @Test func `a growth that fails is not tried again by itself, and is given back`() async throws {
        let host = host()
        host.with { $0.failures = ["resume": .failed(errno: 5, text: "input/output error")] }
        var grow = AlertRule(labels: ["alertname": Glob("Full")], action: .grow(.by(AlertTests.amount)))
        (grow.cooldown, grow.maximumTotal) = (.zero, AlertTests.amount)
        let engine = engine(host, rules([grow]))
        let full = alert()
        try await running(engine) {
            #expect(await send(engine, full) == [.set])
            try await until { engine.report().overrides.first?.settled == .failed }
            let tries = host.events.count { $0 == .step("resume", "web") }
            try await Task.sleep(for: .milliseconds(50))
            #expect(host.events.count { $0 == .step("resume", "web") } == tries)
            // What is not over still counts.
            #expect(await send(engine, alert(fingerprint: "g")) == [.capped])
            #expect(await send(engine, alert("Full", .resolved)) == [.lifted])
            #expect(await send(engine, alert(fingerprint: "g")) == [.set])
        }
    }

    @Test func `all of it outlasts a restart`() async throws {
        let books = try await BenchJournal()
        let (host, full) = (host(), alert())
        let first = engine(host, rules(), books: .journal(books.journal))
        try await running(first) {
            try await recalled(first)
            #expect(await send(first, full) == [.set])
            try await until { first.report().overrides.first?.settled == .done }
        }
        let second = engine(host, rules(), books: .journal(books.journal))
        try await running(second) {
            try await recalled(second)
            #expect(await send(second, full, alert(since: -30)) == [.known, .coolingDown])
            #expect(await send(second, alert("Full", .resolved)) == [.lifted])
        }
        let third = engine(host, rules(), books: .journal(books.journal))
        try await running(third) {
            try await recalled(third)
            #expect(await send(third, full) == [.stale])
            #expect(third.report().overrides.isEmpty)
        }
        #expect(sizes(host) == [AlertTests.size + AlertTests.amount])
        // The story in its order, once each however often it was told.
        let told = try await books.journal.history().map(\.entry).filter { !$0.isRunway && $0.kind != .decision }
        #expect(
            told.map { "\($0.kind.rawValue) \($0.event) \($0.author)" } == [
                "alert set alert Full", "override set alert Full", "growth done alert Full", "alert cooling_down alert Full",
                "alert lifted alert Full", "override lifted alert Full",
            ])
        #expect(told.allSatisfy { $0.volume == "web" || $0.event == "cooling_down" })
    }

    @Test func `told many times at once, an alert acts once`() async throws {
        let books = try await BenchJournal()
        let host = host()
        let engine = engine(host, rules(), books: .journal(books.journal))
        let full = alert()
        try await running(engine) {
            try await recalled(engine)
            let results = await withTaskGroup(of: [AlertResult].self) { group in
                for _ in 0..<50 { group.addTask { await send(engine, full) } }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(results.count { $0 == .set } == 1 && results.count { $0 == .known } == 49)
            try await until { engine.report().overrides.first?.settled == .done }
        }
        #expect(sizes(host) == [AlertTests.size + AlertTests.amount])
    }

    @Test func `before it is known what earlier runs did, an alert is to be told again`() async throws {
        let books = try await BenchJournal()
        let engine = engine(host(), rules(), books: .journal(books.journal))
        #expect(await send(engine, alert(), alert("Full", .resolved)) == [.notNow, .notNow])
        #expect(engine.report().overrides.isEmpty)
        #expect(await engine.desk == AlertDesk())
    }

    @Test func `two alerts that hold one volume end each for itself`() async throws {
        let engine = engine(host(), rules())
        try await running(engine) {
            #expect(
                await send(engine, alert("Moving", fingerprint: "1"), alert("Moving", fingerprint: "2")) == [.set, .set])
            #expect(await send(engine, alert("Moving", .resolved, fingerprint: "2")) == [.lifted])
            #expect(engine.report().overrides.map(\.kind) == [.hold])
            #expect(await send(engine, alert("Moving", .resolved, fingerprint: "1")) == [.lifted])
            #expect(engine.report().overrides.isEmpty)
        }
    }
}
