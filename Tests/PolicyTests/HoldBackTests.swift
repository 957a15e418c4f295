// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Policy
import Testing
import Units

@Suite struct HoldBackTests {
    private let full = Made.volume(size: .gibibytes(1), used: .mebibytes(1000))

    private func order() throws -> Order { try #require(Made.plan([full]).order("v")) }

    private func second(_ n: Double) -> MonotonicTime { MonotonicTime(nanoseconds: UInt64(n * 1e9)) }

    @Test func `while one growth is under way there is no second`() throws {
        var history = Made.history(of: [full])
        history.began(try order())
        #expect(Made.plan([full], history: history).refusal("v") == .busy)
    }

    @Test func `a look from before the last growth decides nothing`() throws {
        var history = Made.history(of: [full])
        history.ended(try order(), failure: nil, reached: .gibibytes(2), took: .milliseconds(10), now: second(5))
        #expect(Made.plan([full], history: history, now: second(6)).refusal("v") == .busy)
    }

    @Test func `after a failure it waits, each time longer, and a success ends that`() throws {
        var history = Made.history(of: [full])
        var now = 10.0
        var waits: [Double] = []
        for _ in 0..<12 {
            history.ended(
                try order(), failure: "load_table: no", reached: .gibibytes(1), took: .milliseconds(10), now: second(now))
            let retry = try #require(history[full.identity].retryAt)
            waits.append(retry.since(second(now)).seconds)
            let seen = Made.volume(size: .gibibytes(1), used: .mebibytes(1000), at: second(now + 0.1))
            let plan = Made.plan([seen], history: history, now: second(now + 0.2))
            #expect(plan.refusal("v") == .backoff)
            guard case .refused(let refusal)? = plan.decisions.first?.verdict else { continue }
            #expect(refusal.text.hasSuffix(": load_table: no"))
            now += waits[waits.count - 1] + 1
            let later = Made.volume(size: .gibibytes(1), used: .mebibytes(1000), at: second(now))
            #expect(Made.plan([later], history: history, now: second(now + 0.1)).order("v") != nil)
        }
        #expect(waits == waits.sorted())
        #expect(waits[0] == 1)
        #expect(waits[11] == 512)
        history.ended(try order(), failure: nil, reached: .gibibytes(2), took: .milliseconds(10), now: second(now))
        #expect(history[full.identity].retryAt == nil)
    }

    @Test func `the cooldown is kept between two growths of one volume`() throws {
        let rules = Made.enforcing { $0.cooldown = .seconds(60) }
        var history = Made.history(of: [full])
        history.ended(try order(), failure: nil, reached: .gibibytes(2), took: .milliseconds(10), now: second(5))
        let seen = Made.volume(size: .gibibytes(1), used: .mebibytes(1000), at: second(10))
        #expect(Made.plan([seen], rules: rules, history: history, now: second(10)).refusal("v") == .cooldown)
        #expect(Made.plan([seen], rules: rules, history: history, now: second(66)).order("v") != nil)
    }
}
