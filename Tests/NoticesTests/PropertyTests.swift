// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Engine
import Glibc
import Policy
import Testing
import Units

@testable import Notices

/// An Alertmanager as far as posts go: alerts by their labels, of which those whose end has come are over. It follows
/// `Alert.Merge` of its source: what is over is over, else the later end counts.
private struct Listener {
    private(set) var alerts: [[String: String]: Notice] = [:]
    /// How often an alert began.
    private(set) var beginnings = 0

    /// What is over is forgotten in time: a clock that is set back later does not bring it back.
    mutating func tidy(at now: WallTime) { alerts = alerts.filter { $0.value.endsAt > now } }

    mutating func hear(_ notices: some Collection<Notice>, at now: WallTime) {
        for notice in notices {
            let isFiring = notice.endsAt > now
            let wasFiring = alerts[notice.labels].map { $0.endsAt > now } ?? false
            if isFiring, !wasFiring { beginnings += 1 }
            var heard = notice
            if wasFiring, let old = alerts[notice.labels] { heard.startsAt = min(old.startsAt, notice.startsAt) }
            alerts[notice.labels] = heard
        }
    }

    func firing(at now: WallTime) -> Set<[String: String]> { Set(alerts.values.filter { $0.endsAt > now }.map(\.labels)) }
}

/// Hours of a host on which anything may happen, from a seed. `SEED=n swift test` sees one again.
@Suite struct PropertyTests {
    private static let seeds: [UInt64] = {
        if let text = getenv("SEED"), let seed = UInt64(String(cString: text)) { return [seed] }
        let first = UInt64.random(in: 0..<1_000_000)
        return (0..<40).map { first + $0 }
    }()

    @Test(arguments: seeds)
    func `what is told is what is so, whatever happens on the way`(seed: UInt64) {
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        var told = Told()
        let terms = NoticeTerms(instance: "h", interval: .seconds(30))
        var board = NoticeBoard(terms)
        var deliveries = [Delivery(), Delivery()]
        var listeners = [Listener(), Listener()]
        var isDown = [false, false]
        for number in 0..<12 { told.volumes[DeviceName("v\(number)")] = .plain }

        func second(disturbed: Bool) {
            if disturbed { disturb() }
            if !random.chance(10) || !disturbed { board.take(told.report(), at: told.now) }
            check()
            board.growthsWereTold(upTo: deliveries.map(\.toldGrowth).min())
            for index in deliveries.indices {
                guard let round = deliveries[index].round(of: board, at: told.now) else { continue }
                #expect(round.posts.allSatisfy { $0.count <= Delivery.Limits.alerts })
                // An answer may be lost on its way: what was heard is then told again.
                if !isDown[index] || random.chance(3) { listeners[index].hear(round.notices, at: told.now.wall) }
                if isDown[index] {
                    deliveries[index].failed(at: told.now.monotonic)
                } else {
                    deliveries[index].succeeded(round, at: told.now.monotonic)
                }
            }
            told.pass(.seconds(1))
            for index in listeners.indices { listeners[index].tidy(at: told.now.wall) }
        }

        func disturb() {
            let name = DeviceName("v\(random.below(12))")
            switch random.below(60) {
            case 0..<8: told.refused[name] = Refusal.Reason.allCases[random.below(Refusal.Reason.allCases.count)]
            case 8..<20: told.refused[name] = nil
            case 20..<24: told.grow(name, isNews: !random.chance(4))
            case 24: told.grow(name, failure: "grow: no")
            case 25: for _ in 0..<random.below(130) { told.grow(DeviceName("v\(random.below(12))")) }
            case 26: told.pools["depot"] = Told.PoolState.allCases[random.below(Told.PoolState.allCases.count)]
            case 27: told.pools["depot"] = .fine
            case 28: isDown[random.below(2)].toggle()
            case 29: told.setClock(by: .seconds(-random.below(60)))
            case 30: told.volumes[name] = nil
            case 31: told.volumes[name] = .plain
            case 32: told.isBlind.toggle()
            case 33 where random.chance(10):
                // The daemon starts anew and knows nothing.
                told.growths = GrowthRecord()
                board = NoticeBoard(terms)
                deliveries = [Delivery(), Delivery()]
            default: break
            }
        }

        func check() {
            let notices = board.notices(untoldAfter: 0, at: told.now)
            #expect(Set(notices.map(\.labels)).count == notices.count, "an alert is posted twice")
            for notice in notices {
                #expect(notice.startsAt <= notice.endsAt && notice.startsAt <= told.now.wall)
                #expect(notice.labels["notified_by"] == "headroom" && notice.labels["alertname"] != nil)
                #expect(notice.labels.allSatisfy { $0.key.isLabelName && !$0.value.isEmpty })
            }
        }

        for _ in 0..<3000 { second(disturbed: true) }
        // Everybody answers again, and nothing happens any more: all are told the same, and it is what is so.
        isDown = [false, false]
        told.isBlind = false
        if told.pools["depot"] == .silent { told.pools["depot"] = .fine }
        for (name, reason) in told.refused where reason == .busy { told.refused[name] = nil }
        for _ in 0..<900 { second(disturbed: false) }
        let wanted = Set(
            told.refused.filter { told.volumes[$0.key] != nil }.map { "HeadroomGrowthRefused \($0.key) \($0.value.rawValue)" }
                + (told.pools["depot"] == .fine ? [] : ["pool"]))
        for listener in listeners {
            let firing = listener.firing(at: told.now.wall).map { labels in
                labels["volume"].map { "\(labels["alertname"] ?? "") \($0) \(labels["reason"] ?? "")" } ?? "pool"
            }
            #expect(Set(firing).symmetricDifference(wanted) == [], "seed \(seed)")
            #expect(firing.count == wanted.count, "seed \(seed)")
        }
        let beginnings = listeners.map(\.beginnings)
        told.refused = [:]
        told.pools["depot"] = .fine
        for _ in 0..<15 { second(disturbed: false) }
        #expect(listeners.allSatisfy { $0.firing(at: told.now.wall).isEmpty }, "seed \(seed)")
        #expect(listeners.map(\.beginnings) == beginnings)
        // A thousand seconds of flapping are not told a hundred times: each begins after ten seconds at the earliest.
        #expect(listeners.allSatisfy { $0.beginnings < 3600 }, "seed \(seed)")
    }

    @Test func `what is dead leaves nothing behind`() {
        var told = Told()
        var board = NoticeBoard(NoticeTerms(instance: "h", interval: .seconds(30)))
        told.refused["web"] = .reserve
        told.pools["depot"] = .failed
        told.grow("web")
        board.follow(&told, for: .seconds(30))
        var listener = Listener()
        listener.hear(board.notices(untoldAfter: 0, at: told.now), at: told.now.wall)
        #expect(listener.firing(at: told.now.wall).count == 3)
        told.pass(.seconds(121))
        #expect(listener.firing(at: told.now.wall).map { $0["alertname"] } == ["HeadroomGrew"])
        told.pass(.seconds(180))
        #expect(listener.firing(at: told.now.wall).isEmpty)
    }
}
