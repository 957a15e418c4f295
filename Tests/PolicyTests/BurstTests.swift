// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Inventory
import Policy
import Testing
import Units

@Suite struct BurstTests {
    @Test func `a filesystem with less free than one burst is grown, however empty`() throws {
        let plan = Made.plan([Made.volume(size: .mebibytes(256), used: .mebibytes(20))])
        let order = try #require(plan.order("v"))
        #expect(order.reason == .burst)
        let free = order.to.less(order.price).less(.mebibytes(20))
        #expect(free >= plan.pools[0].burstRoom)
    }

    @Test func `a filesystem with more free than one burst is left alone`() {
        #expect(Made.plan([Made.volume(size: .gibibytes(2))])["v"]?.verdict == .content)
    }

    /// What a filesystem of 400 MiB with 120 MiB free is granted in a small pool, filling so fast.
    private func granted(filling perSecond: Bytes) throws -> (added: Bytes, headroom: Bytes) {
        let used = Bytes.mebibytes(280)
        func seen(_ used: Bytes, at seconds: UInt64) -> Volume {
            Made.volume(size: .mebibytes(400), used: used, at: MonotonicTime(nanoseconds: seconds * 1_000_000_000))
        }
        var history = Made.history(of: [seen(used.less(perSecond), at: 0)])
        let now = seen(used, at: 1)
        history.absorb([now])
        let pool = Made.pool(size: .mebibytes(1536), used: .mebibytes(350))
        var rules = Made.enforcing { ($0.minimumStep, $0.maximumShare) = (.mebibytes(1), .one) }
        rules.pools = [PoolRule()]
        rules.pools[0].assumedFillRate = ByteRate(.mebibytes(640), per: .seconds(1))
        let plan = Made.plan(pool, [now], rules: rules, history: history)
        let left = try #require(Made.plan(pool, [], rules: rules).pools[0].headroom)
        return (try #require(plan.order("v")).added, left)
    }

    @Test func `who fills slowly has time, so room for a burst does not take the pool from the others`() throws {
        let slow = try granted(filling: .mebibytes(10))
        #expect(slow.added.scaled(by: 2) < slow.headroom)
        let fast = try granted(filling: .mebibytes(200))
        #expect(fast.added.scaled(by: 3) > fast.headroom.scaled(by: 2))
    }

    @Test func `one that fills gets what is left, though less than a step, one that stands still waits for a step`() throws {
        let pool = Made.pool(size: .gibibytes(1), used: .mebibytes(500))
        let rules = Made.enforcing { ($0.minimumStep, $0.maximumShare) = (.mebibytes(500), .one) }
        let still = Made.volume(size: .mebibytes(512), used: .mebibytes(500))
        #expect(Made.plan(pool, [still], rules: rules).refusal("v") == .reserve)
        var history = Made.history(of: [Made.volume(size: .mebibytes(512), used: .mebibytes(400))])
        let filling = Made.volume(
            size: .mebibytes(512), used: .mebibytes(500), at: MonotonicTime(nanoseconds: 1_000_000_000))
        history.absorb([filling])
        let order = try #require(Made.plan(pool, [filling], rules: rules, history: history).order("v"))
        #expect(order.limitedBy?.reason == .reserve)
        #expect(order.added > .mebibytes(300) && order.added < .mebibytes(500))
    }

    @Test func `the fastest fill that was seen raises the guarantee of the whole pool`() {
        let start = Made.volume(size: .gibibytes(4), used: .mebibytes(100))
        var history = Made.history(of: [start])
        // 300 MiB in half a second.
        history.absorb([Made.volume(size: .gibibytes(4), used: .mebibytes(400), at: MonotonicTime(nanoseconds: 500_000_000))])
        let plan = Made.plan([start], history: history)
        #expect(plan.pools[0].fillRateWasSeen)
        #expect(plan.pools[0].fillRate == ByteRate(.mebibytes(600), per: .seconds(1)))
        #expect(plan.pools[0].burstRoom > Made.plan([start]).pools[0].burstRoom)
    }

    @Test func `a reservation that no writer can write is not taken for a fill rate`() {
        var history = Made.history(of: [Made.volume(size: .gibibytes(400))])
        history.absorb([Made.volume(size: .gibibytes(400), used: .gibibytes(300), at: MonotonicTime(nanoseconds: 100_000_000))])
        let plan = Made.plan([Made.volume(size: .gibibytes(400))], history: history)
        #expect(plan.pools[0].fillRate <= History.Limits.fastestFill)
    }

    @Test func `a runway is asked for when the device is no longer than its filesystem`() throws {
        let bare = Made.plan([Made.volume(size: .gibibytes(2))])
        let runway = try #require(bare["v"]?.runway)
        #expect(runway.bytes > .gibibytes(2))
        let long = Made.plan([Made.volume(size: .gibibytes(2), device: runway.bytes)])
        #expect(long["v"]?.runway == nil)
    }

    @Test func `with a runway the device stays as it is and one step is left`() throws {
        let volume = Made.volume(size: .gibibytes(1), device: .gibibytes(4), used: .mebibytes(900))
        let order = try #require(Made.plan([volume]).order("v"))
        #expect(order.deviceTo == order.deviceFrom)
    }
}

@Suite struct ReactionTests {
    private let idle = Made.volume(size: .gibibytes(1), used: .mebibytes(900))
    private let writing = Made.volume(size: .gibibytes(1), used: .mebibytes(950), at: MonotonicTime(nanoseconds: 1_000_000_000))

    private func reaction(after durations: [Duration], seen looks: [Volume]) throws -> Duration {
        var history = History()
        for look in looks { history.absorb([look]) }
        let order = try #require(Made.plan([looks[0]]).order("v"))
        for duration in durations { history.ended(order, failure: nil, reached: order.to, took: duration, now: .zero) }
        return history.reaction.total
    }

    @Test func `a slow growth counts at once, idle or not`() throws {
        let first = try reaction(after: [], seen: [idle])
        #expect(try reaction(after: [.seconds(1)], seen: [idle]) > first)
        #expect(try reaction(after: [.seconds(1)], seen: [idle, writing]) > first)
    }

    @Test func `what an instance's owner takes counts in its pool alone, and by itself`() throws {
        let web = Made.volume(size: .gibibytes(1), used: .mebibytes(900), owner: .lxd(Made.instance()))
        let order = try #require(Made.plan([web]).order("v"))
        var history = Made.history(of: [web])
        let (others, before) = (history.reaction.total, Made.plan([web], history: history).pools[0])
        #expect(before.reaction > others && before.reaction >= .seconds(3))
        history.ended(order, failure: nil, reached: order.to, took: .seconds(4), now: .zero)
        #expect(history.reaction.total == others)
        let after = Made.plan([web], history: history).pools[0]
        #expect(after.reaction >= .seconds(6) && after.burstRoom > before.burstRoom)
        #expect(Made.plan([Made.volume()], history: history).pools[0].reaction == others)
        // With a device that was long enough it was one ioctl, which says nothing of the owner.
        var quick = order
        quick.deviceFrom = order.deviceTo
        for _ in 0..<20 { history.ended(quick, failure: nil, reached: order.to, took: .milliseconds(5), now: .zero) }
        #expect(Made.plan([web], history: history).pools[0].reaction == after.reaction)
    }

    @Test func `only growths beside a writer make it shorter`() throws {
        let first = try reaction(after: [], seen: [idle])
        let quick = Array(repeating: Duration.milliseconds(5), count: 20)
        #expect(try reaction(after: quick, seen: [idle]) == first)
        #expect(try reaction(after: quick, seen: [idle, writing]) < first)
        #expect(try reaction(after: quick, seen: [idle, writing]) >= Reaction.idleLook)
    }
}
