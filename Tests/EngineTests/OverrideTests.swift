// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Logging
import Synchronization
import Testing
import Units

@testable import Engine
@testable import Journal
@testable import Policy

@Suite(.timeLimit(.minutes(1))) struct OverrideTests {
    private let alice = Asked(author: "alice", source: .cli, reason: "because")

    private func hold(_ lasting: Duration? = .seconds(3600), _ target: OverrideTarget = .volumes("web")) -> OverrideRequest {
        OverrideRequest(kind: .hold, target: target, asked: alice, lasting: lasting)
    }

    private func pause(_ lasting: Duration? = nil) -> OverrideRequest {
        OverrideRequest(kind: .pause, target: .all, asked: alice, lasting: lasting)
    }

    private func set(_ engine: Engine, _ request: OverrideRequest) async throws -> OverrideChange {
        guard case .changed(let change) = await engine.override(request) else {
            throw Unexpected(text: "\(await engine.override(request))")
        }
        return change
    }

    private struct Unexpected: Error { let text: String }

    private func refusal(_ engine: Engine) -> Refusal.Reason? {
        if case .refused(let refusal)? = engine.report().plan?.decisions.first?.verdict { refusal.reason } else { nil }
    }

    private func hasGrown(_ host: BenchHost) -> Bool { host.events.contains(.step("resume", "web")) }

    private func until(_ condition: @Sendable () -> Bool) async throws {
        while !condition() { try await Task.sleep(for: .milliseconds(1)) }
    }

    @Test func `a hold holds before the next look, and its release lets go at once`() async throws {
        let host = BenchHost.hungry()
        let engine = host.engine(acts: false)
        await engine.lookOnce()
        let looks = host.events.count
        #expect(refusal(engine) == nil)
        let change = try await set(engine, hold())
        #expect(change.volumes == ["web"] && change.lifted.isEmpty && !change.isKept)
        #expect(refusal(engine) == .onHold)
        #expect(engine.report().overrides == change.set)
        guard case .refused = await engine.grow(GrowRequest(volume: "web", by: .mebibytes(64), asked: alice)) else {
            Issue.record("a held volume was grown")
            return
        }
        guard case .changed(let lifted) = await engine.lift(LiftRequest(target: .volumes("web"), asked: alice)) else {
            Issue.record("it was not released")
            return
        }
        #expect(lifted.lifted == change.set)
        #expect(refusal(engine) == nil && engine.report().overrides.isEmpty)
        // The one was that of the wish to grow.
        #expect(host.events.count == looks + 1)
    }

    @Test func `a hold ends by itself, and growth goes on`() async throws {
        let host = BenchHost.hungry()
        let engine = host.engine()
        _ = try await set(engine, pause(.seconds(100)))
        let start = host.now()
        let run = Task { await engine.run() }
        try await until { hasGrown(host) }
        #expect(host.now().since(start) >= .seconds(100))
        #expect(engine.report().overrides.isEmpty)
        run.cancel()
        await run.value
    }

    @Test func `what was set outlasts a restart, and what was lifted does not come back`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost.hungry()
        let first = host.engine(.journal(bench.journal), acts: false)
        await first.lookOnce()
        let held = try await set(first, hold())
        #expect(held.isKept)
        _ = try await set(first, pause())
        _ = await first.lift(LiftRequest(target: .all, asked: alice))
        let second = host.engine(.journal(bench.journal))
        let run = Task { await second.run() }
        try await until { refusal(second) == .onHold }
        #expect(second.report().overrides == held.set)
        run.cancel()
        await run.value
        #expect(!hasGrown(host))
        let events = try await bench.journal.overrideEvents(limit: 10)
        #expect(events.map(\.event) == ["lifted", "set", "set"])
        #expect(events.allSatisfy { $0.author == alice.author && $0.source == .init(alice.source) })
    }

    @Test func `a later one takes the place of the same before`() async throws {
        let bench = try await BenchJournal()
        let engine = BenchHost.hungry().engine(.journal(bench.journal), acts: false)
        let first = try await set(engine, hold())
        let second = try await set(engine, hold(.seconds(60)))
        #expect(second.lifted == first.set)
        #expect(engine.report().overrides == second.set)
        #expect(try await bench.journal.overrides() == second.set)
        #expect(try await bench.journal.overrideEvents(limit: 10).map(\.event) == ["set", "replaced", "set"])
    }

    // MARK: Clocks

    @Test(arguments: [
        // Seconds since it was set by the wall clock, and what is left of its 3600.
        (0.0, 3600.0), (600, 3000), (3599, 1), (3600, 0), (90_000, 0), (-600, 3600), (-90_000, 3600),
    ])
    func `what is left after a restart is never more than it was meant for`(passed: Double, left: Double) async throws {
        let host = BenchHost.hungry()
        let engine = host.engine(acts: false)
        let start = WallTime(seconds: WallTime.now().seconds - passed)
        let hold = Override(
            id: OverrideID(1), kind: .hold, scope: .all, asked: alice, start: start,
            end: WallTime(seconds: start.seconds + 3600))
        await engine.recall([hold])
        let deadline = await engine.overrides.values.first?.deadline
        #expect((deadline != nil) == (left > 0))
        if let deadline { #expect(abs(deadline.since(host.now()).seconds - left) < 5) }
    }

    @Test func `leave to exceed the reserve is over where the clock was set back behind its beginning`() async throws {
        let engine = BenchHost.hungry().engine(acts: false)
        let start = WallTime(seconds: WallTime.now().seconds + 600)
        let leave = Override(
            id: OverrideID(1), kind: .exceedReserve(bound: .gibibytes(1)), scope: .all, asked: alice, start: start,
            end: WallTime(seconds: start.seconds + 3600))
        await engine.recall([leave])
        #expect(engine.report().overrides.isEmpty)
    }

    @Test func `what is over does not come back`() async throws {
        let bench = try await BenchJournal()
        let host = BenchHost.hungry()
        let first = host.engine(.journal(bench.journal), acts: false)
        _ = try await set(first, pause(.seconds(10)))
        host.with { $0.now = $0.now.advanced(by: .seconds(11)) }
        await first.endOverrides()
        #expect(try await bench.journal.overrides() == [])
        #expect(try await bench.journal.overrideEvents(limit: 1).map(\.event) == ["expired"])
    }

    // MARK: A journal that cannot be written

    @Test func `what stops growth is taken without a journal, and written once there is one`() async throws {
        let bench = try await BenchJournal(busy: .milliseconds(20))
        let other = try Connection.open(path: bench.database, busy: .seconds(1))
        let host = BenchHost.hungry()
        let engine = host.engine(.journal(bench.journal), acts: false)
        await engine.lookOnce()
        try other.execute("BEGIN IMMEDIATE")
        let change = try await set(engine, hold())
        #expect(!change.isKept)
        #expect(engine.report().overrides == change.set)
        // What lets growth go further is not.
        let pin = OverrideRequest(
            kind: .pin(.init(maximumSize: .gibibytes(9))), target: .volumes("web"), asked: alice, lasting: .seconds(60))
        guard case .refused(let refusal) = await engine.override(pin) else {
            Issue.record("a pin was taken that is forgotten at a restart")
            return
        }
        #expect(refusal.reason == .journal)
        try other.execute("ROLLBACK")
        host.with { $0.now = $0.now.advanced(by: .seconds(400)) }
        await engine.tryJournalAgain()
        #expect(try await bench.journal.overrides() == change.set)
        #expect(try await bench.journal.overrideEvents(limit: 10).map(\.event) == ["set"])
    }

    // MARK: What cannot be meant

    @Test func `what cannot be meant is told with what to do, and sets nothing`() async throws {
        let engine = BenchHost.hungry().engine(acts: false)
        let long = String(repeating: "x", count: 501)
        let wrong: [OverrideRequest] = [
            hold(nil), hold(.zero), hold(.seconds(400 * 86_400)),
            OverrideRequest(kind: .hold, target: .volumes("web"), asked: Asked(author: "a", source: .api), lasting: .seconds(5)),
            OverrideRequest(
                kind: .hold, target: .volumes("web"), asked: Asked(author: "a", source: .api, reason: long), lasting: .seconds(5)),
            OverrideRequest(kind: .pin(.init()), target: .volumes("web"), asked: alice, lasting: .seconds(5)),
            OverrideRequest(
                kind: .pin(.init(threshold: .percent(50), target: .percent(50))), target: .volumes("web"), asked: alice,
                lasting: .seconds(5)),
            OverrideRequest(
                kind: .exceedReserve(bound: Bytes(1)), target: .volumes("web"), asked: alice, lasting: .seconds(2 * 86_400)),
        ]
        for request in wrong {
            guard case .invalid(let text, let hint) = await engine.override(request) else {
                Issue.record("\(request)")
                continue
            }
            #expect(!text.isEmpty && !hint.isEmpty)
        }
        for target in [OverrideTarget.volumes("nobody"), .volumes(""), .pool("nowhere")] {
            guard case .unknown = await engine.override(hold(.seconds(5), target)) else {
                Issue.record("\(target)")
                continue
            }
        }
        #expect(engine.report().overrides.isEmpty)
    }

    @Test func `a dry run says all and sets nothing`() async throws {
        let engine = BenchHost.hungry().engine(acts: false)
        var request = hold(.seconds(5), .volumes("w*"))
        request.dryRun = true
        let change = try await set(engine, request)
        #expect(change.isDryRun && change.volumes == ["web"] && change.set.first?.scope == .volumes(Glob("w*")))
        #expect(engine.report().overrides.isEmpty)
    }

    @Test func `to release what is held by more than its own name tells by what`() async throws {
        let engine = BenchHost.hungry().engine(acts: false)
        _ = try await set(engine, hold(.seconds(5), .volumes("w*")))
        guard case .unknown(_, let hint) = await engine.lift(LiftRequest(target: .volumes("web"), asked: alice)) else {
            Issue.record("it was released")
            return
        }
        #expect(hint.contains("headroom release 'w*'"))
        guard case .changed = await engine.lift(LiftRequest(target: .volumes("w*"), asked: alice)) else {
            Issue.record("it was not released")
            return
        }
    }

    @Test func `an alert lifts what it has set, and nothing else`() async throws {
        let engine = BenchHost.hungry().engine(acts: false)
        let alert = Asked(author: "HeadroomVolumeFilling", source: .alert, reason: "fingerprint 1")
        let person = try await set(engine, hold())
        let its = try await set(
            engine, OverrideRequest(kind: .hold, target: .volumes("web"), asked: alert, lasting: .seconds(60)))
        #expect(its.lifted.isEmpty)
        #expect(engine.report().overrides == person.set + its.set)
        #expect(await engine.lift(Set(its.set.map(\.id)), asked: alert) == its.set)
        #expect(engine.report().overrides == person.set)
    }
}
