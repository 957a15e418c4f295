// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Owners
import Testing
import Units

@testable import Policy

extension Override {
    /// Of volume `v`, by a person, unless something else is said.
    static func made(
        _ kind: Kind = .hold, _ scope: Scope? = nil, by source: Asked.Source = .cli, at seconds: Double = 0, id: UInt64 = 1
    ) -> Override {
        Override(
            id: OverrideID(id), kind: kind, scope: scope ?? .volume(Made.volume().identity),
            asked: Asked(author: source == .alert ? "HeadroomVolumeFilling" : "alice", source: source, reason: "because"),
            start: WallTime(seconds: seconds), end: nil)
    }
}

@Suite struct OverridePrecedenceTests {
    private static let scopes: [Override.Scope] = [
        .volume(Made.volume().identity), .volumes(Glob("v*")), .pool("p"), .all,
    ]
    private static let kinds: [Override.Kind] = [
        .hold, .pause, .pin(.init(threshold: .percent(90))), .exceedReserve(bound: Bytes(1)),
    ]

    /// Every source, scope, kind and age, as people are told of it: the first column that differs decides.
    private struct Row {
        let override: Override
        let person: Bool
        let scope: Int
        let isNo: Bool
        let age: Double
    }

    private static let rows: [Row] = Asked.Source.allCases.flatMap { source in
        scopes.enumerated().flatMap { width, scope in
            kinds.flatMap { kind in
                [10.0, 20.0].map { time in
                    Row(
                        override: .made(kind, scope, by: source, at: time, id: UInt64(width) + UInt64(time) * 10),
                        person: source != .alert, scope: width, isNo: kind == .hold || kind == .pause, age: time)
                }
            }
        }
    }

    /// Written down anew, column by column, in the words of the documentation.
    private static func wins(_ a: Row, _ b: Row) -> Bool? {
        if a.person != b.person { return a.person }
        if a.scope != b.scope { return a.scope < b.scope }
        if a.isNo != b.isNo { return a.isNo }
        if a.age != b.age { return a.age > b.age }
        return nil
    }

    @Test func `of every pair the one wins that the written rule says`() {
        var pairs = 0
        for a in OverridePrecedenceTests.rows {
            for b in OverridePrecedenceTests.rows {
                guard let wins = OverridePrecedenceTests.wins(a, b) else { continue }
                pairs += 1
                #expect(a.override.beats(b.override) == wins, "\(a.override.text) against \(b.override.text)")
                #expect(b.override.beats(a.override) == !wins)
            }
        }
        #expect(pairs > 8_000)
    }

    @Test func `of two that are alike exactly one wins, and none beats itself`() {
        let one = Override.made(id: 1)
        let two = Override.made(id: 2)
        #expect(one.beats(two) != two.beats(one))
        #expect(!one.beats(one))
    }

    @Test(arguments: [
        (Override.made(by: .alert), Override.made(.exceedReserve(bound: Bytes(1)), .all, by: .api), false),
        (.made(.pause, .all), .made(.exceedReserve(bound: Bytes(1))), false),
        (.made(.hold), .made(.exceedReserve(bound: Bytes(1)), at: 99), true),
        (.made(.hold, .volumes(Glob("v*"))), .made(.exceedReserve(bound: Bytes(1)), .pool("p")), true),
        (.made(.hold, .volumes(Glob("v*"))), .made(.exceedReserve(bound: Bytes(1)), .volumes(Glob("*")), at: 99), true),
        (.made(.pause, .pool("p"), by: .alert), .made(.exceedReserve(bound: Bytes(1)), by: .alert), false),
        (.made(.pause, .pool("other")), .made(.exceedReserve(bound: Bytes(1)), .all), false),
    ])
    func `what stands for a volume is stopped by what beats the rest`(a: Override, b: Override, isStopped: Bool) {
        for order in [[a, b], [b, a]] {
            #expect((Overrides(order).about(Made.volume()).stop != nil) == isStopped)
        }
    }

    @Test func `a glob is held against device, container and logical volume`() {
        let container = Container(id: "4f9c1b", name: "web-1")
        let docker = Made.volume(
            "docker-8:1-42-4f9c", owner: .docker(DockerVolume(role: .container, hash: "x", container: container)))
        for pattern in ["docker-8:1*", "web-?", "4f9c*"] { #expect(Override.Scope.volumes(Glob(pattern)).contains(docker)) }
        #expect(!Override.Scope.volumes(Glob("db-*")).contains(docker))
        // Another volume under the same name is another one.
        let later = Made.volume("docker-8:1-42-4f9c", id: 2)
        #expect(!Override.Scope.volume(docker.identity).contains(later))
    }

    @Test func `the same of the same from the same side takes the place of the older`() {
        let hold = Override.made()
        #expect(Override.made(by: .api, at: 9, id: 2).replaces(hold))
        #expect(!Override.made(by: .alert, at: 9, id: 2).replaces(hold))
        #expect(!Override.made(.pause, at: 9, id: 2).replaces(hold))
        #expect(!Override.made(.hold, .all, at: 9, id: 2).replaces(hold))
        #expect(Override.made(.pin(.init(target: .percent(5))), id: 2).replaces(.made(.pin(.init(threshold: .percent(90))))))
    }
}

@Suite struct OverridePlanTests {
    /// Above its threshold.
    private let full = Made.volume(used: .mebibytes(900))

    private func plan(_ overrides: [Override], pool: Pool = Made.pool(), mode: Mode = .enforce) -> Plan {
        let rules = Made.enforcing { $0.mode = mode }
        return Policy.plan(
            Made.snapshot([pool], [full]), rules: rules, history: Made.history(of: [full]), overrides: Overrides(overrides),
            now: MonotonicTime(nanoseconds: 1))
    }

    @Test(arguments: [
        (Override.Kind.hold, Override.Scope.volumes(Glob("v")), Refusal.Reason.onHold), (.hold, .all, .onHold),
        (.pause, .pool("p"), .paused), (.pause, .all, .paused),
    ])
    func `what is held or paused is wanted and refused, with who, why and how to end it`(
        kind: Override.Kind, scope: Override.Scope, reason: Refusal.Reason
    ) throws {
        let plan = plan([.made(kind, scope)])
        #expect(plan.refusal("v") == reason)
        let decision = try #require(plan["v"])
        #expect(decision.needs.first == .threshold)
        #expect(decision.runway == nil)
        guard case .refused(let refusal) = decision.verdict else { return }
        #expect(refusal.text.contains("alice (cli)") && refusal.text.contains("because"))
        #expect(refusal.hint.contains(kind == .pause ? "headroom resume" : scope == .all ? "headroom" : "headroom release v"))
        #expect(decision.findings.contains { $0.subject == (kind == .pause ? "pause" : "hold") && $0.speaksFor == false })
    }

    @Test func `another volume and another pool go on`() {
        #expect(plan([.made(.hold, .volumes(Glob("w*"))), .made(.pause, .pool("q"))]).order("v") != nil)
    }

    @Test func `what is held is not held ready either`() {
        let idle = Made.volume(used: .mebibytes(10))
        let held = Policy.plan(
            Made.snapshot([Made.pool()], [idle]), rules: Made.enforcing(), history: Made.history(of: [idle]),
            overrides: Overrides([.made(.pause, .all)]), now: MonotonicTime(nanoseconds: 1))
        #expect(held["v"]?.runway == nil)
        #expect(Made.plan([idle])["v"]?.runway != nil)
    }

    @Test func `a broken device that is held waits`() {
        let broken = Made.volume(size: .gibibytes(2), device: .gibibytes(1))
        let plan = Policy.plan(
            Made.snapshot([Made.pool()], [broken]), rules: Made.enforcing(), history: Made.history(of: [broken]),
            overrides: Overrides([.made()]), now: MonotonicTime(nanoseconds: 1))
        #expect(plan.refusal("v") == .onHold)
    }

    @Test func `a pin changes threshold, target and maximum, each by the pin that says it first`() throws {
        let pin = Override.made(.pin(.init(threshold: .percent(95), maximumSize: .gibibytes(3))))
        #expect(plan([pin])["v"]?.needs == [.burst])
        let low = Override.made(.pin(.init(threshold: .percent(50), target: .percent(10))), .all, at: 5, id: 2)
        // The narrower says the threshold; only the wider says a target, of which the maximum leaves 3 GiB.
        var narrow = pin
        narrow.kind = .pin(.init(threshold: .percent(85), maximumSize: .gibibytes(3)))
        let order = try #require(plan([low, narrow]).order("v"))
        #expect(order.to == .gibibytes(3))
        #expect(order.limitedBy?.reason == .maximumSize && order.limitedBy?.hint.contains("headroom overrides") == true)
    }

    @Test func `a threshold that is pinned below the rule's target takes a target below it`() {
        let rule = VolumeOverrides([.made(.pin(.init(threshold: .percent(40))))]).applied(to: VolumeRule(name: "r"))
        #expect(rule.threshold == .percent(40) && abs(rule.target.value - 0.3) < 0.000_1)
    }

    // MARK: The reserve

    /// 10 GiB, of which 9.25 are used: the reserve of 1 GiB is entered already.
    private var tight: Pool { Made.pool(used: .gibibytes(9) + .mebibytes(256)) }

    @Test func `the reserve is entered by leave only, up to its bound, and nothing beyond`() throws {
        #expect(plan([], pool: tight).refusal("v") == .reserve)
        var leave = Override.made(.exceedReserve(bound: .mebibytes(300)))
        let order = try #require(plan([leave], pool: tight).order("v"))
        #expect(order.added <= .mebibytes(300) && order.added >= .mebibytes(256))
        #expect(order.exceeds == Order.Exceeding(override: leave.id, bytes: order.added))
        leave.spent = .mebibytes(100)
        #expect(plan([leave], pool: tight).refusal("v") == .reserve)
    }

    @Test func `a leave is never for more than the pool has`() {
        let leave = Override.made(.exceedReserve(bound: .gibibytes(100)))
        let brim = Made.pool(used: Bytes.gibibytes(10).less(.mebibytes(10)))
        #expect(plan([leave], pool: brim).refusal("v") == .reserve)
    }

    @Test func `a leave for data is none for metadata`() {
        let leave = Override.made(.exceedReserve(bound: .gibibytes(1)))
        let pool = Made.pool(metadataUsed: 15_000)
        #expect(plan([leave], pool: pool).refusal("v") == .metadataReserve)
    }

    @Test func `two volumes under one leave share its bound`() {
        let volumes = [full, Made.volume("w", id: 2, used: .mebibytes(900))]
        let leave = Override.made(.exceedReserve(bound: .mebibytes(400)), .pool("p"))
        let plan = Policy.plan(
            Made.snapshot([tight], volumes), rules: Made.enforcing(), history: Made.history(of: volumes),
            overrides: Overrides([leave]), now: MonotonicTime(nanoseconds: 1))
        #expect(plan.decisions.compactMap { plan.order($0.volume.name)?.exceeds?.bytes }.sum() <= .mebibytes(400))
        #expect(plan.refusal("w") == .reserve)
    }

    // MARK: A person's wish

    private func wish(
        _ by: Bytes, _ overrides: [Override], as source: Asked.Source = .cli, leave: Bytes? = nil, pool: Pool = Made.pool()
    ) -> Result<Order, Refusal> {
        let exceeding = leave.map { Override.made(.exceedReserve(bound: $0), at: 50, id: 9) }
        do throws(Refusal) {
            return .success(
                try Policy.order(
                    growing: full, to: .by(by), in: Made.snapshot([pool], [full]), rules: Rules(),
                    history: Made.history(of: [full]), overrides: Overrides(overrides),
                    asked: Asked(author: "bob", source: source),
                    exceeding: exceeding, now: .zero))
        } catch { return .failure(error) }
    }

    @Test(arguments: [
        (Asked.Source.cli, Asked.Source.cli, true), (.api, .cli, true), (.cli, .alert, false), (.alert, .cli, true),
        (.alert, .alert, true),
    ])
    func `a wish is stopped by what stands, but a person's is not by an alert`(
        wisher: Asked.Source, holder: Asked.Source, isStopped: Bool
    ) {
        for stop in [
            Override.made(.hold, by: holder), .made(.hold, .volumes(Glob("*")), by: holder), .made(.pause, .all, by: holder),
        ] {
            let result = wish(.mebibytes(100), [stop], as: wisher)
            if isStopped {
                #expect(throws: Refusal.self) { try result.get() }
            } else {
                #expect(throws: Never.self) { try result.get() }
            }
        }
    }

    @Test func `a growth tells who asked for it`() throws {
        #expect(try wish(.mebibytes(100), []).get().asked == Asked(author: "bob", source: .cli))
    }

    @Test func `a wish goes into the reserve by what it says, and no further`() throws {
        #expect(throws: Refusal.self) { try wish(.mebibytes(100), [], pool: tight).get() }
        #expect(try wish(.mebibytes(100), [], leave: .mebibytes(100), pool: tight).get().exceeds?.bytes == .mebibytes(100))
        #expect(throws: Refusal.self) { try wish(.gibibytes(1), [], leave: .gibibytes(1), pool: tight).get() }
        // A hold of the same volume is a no, and no beats yes.
        #expect(throws: Refusal.self) { try wish(.mebibytes(1), [.made()], leave: .mebibytes(1)).get() }
    }
}
