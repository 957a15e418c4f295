// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Testing
import Units

struct AlertDeskTests {
    private let now = WallTime(seconds: 1_800_000_000)
    private let grow = AlertRule(labels: ["alertname": Glob("Full")], action: .grow(.by(.gibibytes(10))))

    private func alert(
        _ status: Alert.Status = .firing, _ fingerprint: String = "f", since start: Double = 0, labels: [String: String] = [:]
    ) -> Alert {
        Alert(
            status: status, labels: ["alertname": "Full"].merging(labels) { $1 }, summary: nil,
            key: AlertKey(fingerprint: fingerprint, startsAt: WallTime(seconds: now.seconds - 100 + start)))
    }

    private func acted(_ alert: Alert, at time: Double = 0, bytes: Bytes = .gibibytes(10)) -> AlertDesk {
        var desk = AlertDesk()
        desk.acted(
            alert, by: grow, setting: OverrideID(7), on: "web", granting: bytes, now: WallTime(seconds: now.seconds + time))
        return desk
    }

    @Test func `An alert acts once for each time that it fires`() {
        #expect(AlertDesk().judge(alert(), by: [grow], now: now) == .act(grow))
        let desk = acted(alert())
        #expect(desk.judge(alert(), by: [grow], now: now) == .nothing(.known))
        #expect(desk.judge(alert(since: 1), by: [grow], now: now) == .act(grow))
        #expect(desk.judge(alert(since: -1), by: [grow], now: now) == .nothing(.stale))
        #expect(desk.judge(alert(.firing, "g"), by: [grow], now: now) == .act(grow))
    }

    @Test func `Its end lifts what it set, also where the end of an earlier time was lost`() {
        let desk = acted(alert())
        #expect(desk.judge(alert(.resolved), by: [grow], now: now) == .lift(OverrideID(7)))
        #expect(desk.judge(alert(.resolved, since: 1), by: [grow], now: now) == .lift(OverrideID(7)))
        #expect(desk.judge(alert(.resolved, since: -1), by: [grow], now: now) == .nothing(.stale))
        #expect(desk.judge(alert(.resolved, "g"), by: [grow], now: now) == .nothing(.over))
    }

    @Test func `A beginning that comes after the end is too late`() {
        var desk = AlertDesk()
        desk.ended(alert(.resolved), now: now)
        #expect(desk.judge(alert(), by: [grow], now: now) == .nothing(.stale))
        #expect(desk.judge(alert(.resolved), by: [grow], now: now) == .nothing(.over))
        #expect(desk.judge(alert(since: 1), by: [grow], now: now) == .act(grow))
    }

    @Test func `What no entry is for, what is Headroom's own and what begins in the future does nothing`() {
        let desk = AlertDesk()
        #expect(desk.judge(alert(labels: ["alertname": "Other"]), by: [grow], now: now) == .nothing(.unmatched))
        #expect(desk.judge(alert(labels: ["notified_by": "headroom"]), by: [grow], now: now) == .nothing(.own))
        #expect(desk.judge(alert(since: 2 * 3600 + 100), by: [grow], now: now) == .nothing(.invalid))
        // A clock that is a little ahead is no lie.
        #expect(desk.judge(alert(since: 1800), by: [grow], now: now) == .act(grow))
    }

    @Test func `The first entry that is for it holds, and a glob about a label that it lacks is not for it`() {
        let hold = AlertRule(labels: ["alertname": Glob("F*"), "tier": Glob("*")], action: .hold)
        let desk = AlertDesk()
        #expect(desk.judge(alert(), by: [hold, grow], now: now) == .act(grow))
        #expect(desk.judge(alert(labels: ["tier": ""]), by: [hold, grow], now: now) == .act(hold))
    }

    @Test func `Between two alerts on one volume is the cooldown, and other volumes do not wait`() {
        let desk = acted(alert())
        let soon = WallTime(seconds: now.seconds + 100)
        #expect(desk.bar(on: "web", by: grow, granting: .zero, now: soon) == .coolingDown(left: .seconds(500)))
        #expect(desk.bar(on: "db", by: grow, granting: .zero, now: soon) == nil)
        #expect(desk.bar(on: "web", by: grow, granting: .zero, now: WallTime(seconds: now.seconds + 600)) == nil)
        // Another entry has its own.
        #expect(desk.bar(on: "web", by: AlertRule(labels: [:], action: .hold), granting: .zero, now: soon) == nil)
    }

    @Test func `Within a day an entry grants no more than its total, all volumes together`() {
        let desk = acted(alert(), bytes: .gibibytes(91))
        func bar(_ bytes: Bytes, after seconds: Double = 100) -> AlertDesk.Bar? {
            desk.bar(on: "db", by: grow, granting: bytes, now: WallTime(seconds: now.seconds + seconds))
        }
        #expect(bar(.gibibytes(9)) == nil)
        #expect(bar(.gibibytes(9) + Bytes(1)) == .capped(granted: .gibibytes(91)))
        #expect(bar(.gibibytes(100), after: 86_399) == .capped(granted: .gibibytes(91)))
        #expect(bar(.gibibytes(100), after: 86_400) == nil)
        // A clock that was set back gives nothing anew.
        #expect(bar(.gibibytes(10), after: -1_000_000) == .capped(granted: .gibibytes(91)))
    }

    @Test func `What came to nothing is given back, and what could not be set is forgotten`() {
        var desk = acted(alert(), bytes: .gibibytes(100))
        desk.giveBack(OverrideID(7))
        #expect(desk.bar(on: "web", by: grow, granting: .gibibytes(100), now: now) == nil)
        #expect(desk.judge(alert(), by: [grow], now: now) == .nothing(.known))
        desk = acted(alert())
        desk.withdraw(OverrideID(7), of: alert(), before: nil)
        #expect(desk == AlertDesk())
    }

    @Test func `However many come, so many are remembered, and those that stand before those that are over`() {
        var desk = acted(alert(.firing, "standing"))
        var gone = 0
        for number in 0..<AlertDesk.Limits.cases * 2 {
            gone += desk.ended(alert(.resolved, "f\(number)"), now: WallTime(seconds: now.seconds + Double(number))).count
        }
        #expect(desk.cases.count <= AlertDesk.Limits.cases)
        #expect(gone == AlertDesk.Limits.cases * 2 + 1 - desk.cases.count)
        #expect(desk.judge(alert(.firing, "standing"), by: [grow], now: now) == .nothing(.known))
        #expect(desk.cases["f\(AlertDesk.Limits.cases * 2 - 1)"] != nil)
    }

    @Test func `An entry is called alike wherever it stands, and its amounts are what they say`() {
        let rule = AlertRule(labels: ["b": Glob("2"), "a": Glob("1*")], action: .exceedReserve(.byShare(.percent(20))))
        #expect(rule.name == "exceed-reserve a=1* b=2")
        #expect(AlertAmount.byShare(.percent(20)).size(after: .gibibytes(10)) == .gibibytes(12))
        #expect(AlertAmount.by(.gibibytes(1)).size(after: .gibibytes(10)) == .gibibytes(11))
        #expect(AlertAmount.to(.gibibytes(5)).size(after: .gibibytes(10)) == .gibibytes(5))
    }
}
