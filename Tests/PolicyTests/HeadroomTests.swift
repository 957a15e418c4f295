// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Policy
import Testing
import Units

@Suite struct HeadroomTests {
    @Test func `the reserve is never granted`() {
        // 1 GiB pool: 102 MiB reserve; 500 used and 12 unwritten leave 410.
        let pool = Made.pool(size: .gibibytes(1), used: .mebibytes(500))
        let volume = Made.volume(size: .mebibytes(512), used: .mebibytes(500))
        let plan = Made.plan(pool, [volume], rules: Made.enforcing { $0.minimumStep = .mebibytes(500) })
        #expect(plan.refusal("v") == .reserve || plan.refusal("v") == .maximumShare)
        let shared = Made.plan(
            pool, [volume],
            rules: Made.enforcing {
                $0.minimumStep = .mebibytes(500)
                $0.maximumShare = .one
            })
        #expect(shared.refusal("v") == .reserve)
    }

    @Test func `what is granted to one is gone for the next`() throws {
        let pool = Made.pool(size: .gibibytes(2), used: .mebibytes(960))
        let volumes = [
            Made.volume("a", id: 1, size: .mebibytes(512), used: .mebibytes(480)),
            Made.volume("b", id: 2, size: .mebibytes(512), used: .mebibytes(480)),
        ]
        let plan = Made.plan(pool, volumes, rules: Made.enforcing { $0.minimumStep = .mebibytes(512) })
        #expect(plan.order("a") != nil)
        #expect(plan.refusal("b") == .reserve)
        #expect(plan.pools[0].headroom.map { $0 < .mebibytes(512) } == true)
    }

    @Test func `what was granted counts until it is written`() throws {
        let born = Made.volume(size: .gibibytes(1), used: .mebibytes(900))
        var history = Made.history(of: [born])
        let grown = Made.volume(size: .gibibytes(3), used: .mebibytes(900), at: MonotonicTime(nanoseconds: 1_000_000_000))
        history.absorb([grown])
        // Only looked at: a plan that grants takes that off as well.
        let before = try #require(Made.plan([born], rules: Rules(), history: history).pools[0].headroom)
        let after = try #require(Made.plan([grown], rules: Rules(), history: history).pools[0].headroom)
        #expect(before.less(after) == .gibibytes(2))
        let written = Made.volume(size: .gibibytes(3), used: .mebibytes(2900), mapped: .mebibytes(3072))
        let spent = try #require(Made.plan([written], rules: Rules(), history: history).pools[0].headroom)
        #expect(spent > after)
    }

    @Test func `a runway is promised to nobody, whether its filesystem is mounted, stopped or does not answer`() throws {
        let mounted = Made.volume(size: .gibibytes(10), device: .gibibytes(50))
        var stopped = mounted
        stopped.content = .unmounted(kind: .ext4, geometry: Made.ext4(.gibibytes(10)))
        stopped.openCount = 0
        var stuck = mounted
        stuck.content = .unread(reason: "it does not answer")
        let history = Made.history(of: [mounted])
        let known = Made.plan([mounted], rules: Rules(), history: history).pools[0]
        for volume in [stopped, stuck] {
            let pool = Made.plan([volume], rules: Rules(), history: history).pools[0]
            #expect(pool.promised <= known.promised)
            #expect(pool.volumesSize == .gibibytes(10))
        }
    }

    @Test func `what a growth has given counts before its volume is looked at again`() throws {
        let volume = Made.volume(size: .gibibytes(1), used: .mebibytes(900))
        let order = try #require(Made.plan([volume]).order("v"))
        var history = Made.history(of: [volume])
        history.began(order)
        let under = Made.plan([volume], rules: Rules(), history: history).pools[0]
        history.ended(order, failure: nil, reached: order.to, took: .seconds(1), now: MonotonicTime(nanoseconds: 1_000_000_000))
        let after = Made.plan([volume], rules: Rules(), history: history).pools[0]
        #expect(after.promised == under.promised)
        #expect(after.volumesSize == order.to)
    }

    @Test func `a smaller filesystem that took the place of one has its own first size`() throws {
        func headroom(_ volume: Volume, _ history: History) throws -> Bytes {
            // More than the pool has, so that only what was granted beyond its first size counts.
            let born = Made.volume("born", id: 2, size: .gibibytes(10_000), used: .mebibytes(100))
            return try #require(Made.plan([volume, born], rules: Rules(), history: history).pools[0].headroom)
        }
        var history = Made.history(of: [Made.volume(size: .gibibytes(3), used: .mebibytes(100))])
        let next = Made.volume(size: .gibibytes(1), used: .mebibytes(100), at: MonotonicTime(nanoseconds: 1_000_000_000))
        history.absorb([next])
        let before = try headroom(next, history)
        let grown = Made.volume(size: .gibibytes(3), used: .mebibytes(100), at: MonotonicTime(nanoseconds: 2_000_000_000))
        history.absorb([grown])
        #expect(before.less(try headroom(grown, history)) == .gibibytes(2))
    }

    @Test func `an owner's overcommit does not keep others from growing`() {
        // 100 volumes of 10 GiB on 500 GiB: twice the pool, nearly nothing written.
        let idle = (2...100).map {
            Made.volume(DeviceName("idle\($0)"), id: UInt32($0), size: .gibibytes(10), used: .mebibytes(200))
        }
        let full = Made.volume("full", size: .gibibytes(10), used: .gibibytes(9))
        let pool = Made.pool(size: .gibibytes(500), used: .gibibytes(30), metadataTotal: 1 << 20)
        #expect(Made.plan(pool, idle + [full]).order("full") != nil)
    }

    @Test func `an overcommit limit holds growth back`() {
        var rules = Made.enforcing()
        var limit = PoolRule()
        limit.overcommitLimit = Ratio(0.2)
        rules.pools = [limit]
        let plan = Made.plan([Made.volume(size: .gibibytes(2), used: .mebibytes(2000))], rules: rules)
        #expect(plan.refusal("v") == .overcommitLimit)
    }

    @Test func `short metadata limits as data does`() {
        let pool = Made.pool(size: .gibibytes(100), used: .gibibytes(1), metadataUsed: 450, metadataTotal: 512)
        let plan = Made.plan(pool, [Made.volume(size: .gibibytes(2), used: .mebibytes(2000))])
        #expect(plan.pools[0].isLimitedByMetadata)
        #expect(plan.refusal("v") == .metadataReserve)
    }

    @Test func `Docker's own minimum is kept, and five points more`() {
        let pool = Made.pool(size: .gibibytes(10), owner: .docker(minimumFree: .percent(10)))
        #expect(Made.plan(pool, []).pools[0].reserve == Ratio.percent(15).of(.gibibytes(10)))
        #expect(Made.plan(Made.pool(), []).pools[0].reserve == .gibibytes(1))
    }

    @Test(arguments: [
        Made.pool(mode: .readOnly), Made.pool(mode: .outOfDataSpace), Made.pool(needsCheck: true),
    ])
    func `on a pool that is not healthy nothing grows`(pool: Pool) {
        let plan = Made.plan(pool, [Made.volume(used: .mebibytes(1000))])
        #expect(plan.refusal("v") == .poolState)
        #expect(plan["v"]?.runway == nil)
    }

    @Test func `a failed pool gives no figures and no growth`() {
        var pool = Made.pool()
        pool.status = .failed
        let plan = Made.plan(pool, [Made.volume(used: .mebibytes(1000))])
        #expect(plan.refusal("v") == .poolState)
        #expect(plan.pools[0].headroom == nil)
    }
}

@Suite struct BirthTests {
    /// Of 10 GiB with a reserve of one: one volume that fills, and one that may yet write 4.5 GiB.
    private func headroom(late: Bytes, limit: Ratio? = nil) throws -> Bytes {
        var rules = Rules()
        var pool = PoolRule()
        pool.overcommitLimit = limit
        rules.pools = [pool]
        let volumes = [
            Made.volume("greedy", id: 1, size: .gibibytes(1), used: .gibibytes(1)),
            Made.volume("late", id: 2, size: late, used: .zero),
        ]
        return try #require(Made.plan(volumes, rules: rules).pools[0].headroom)
    }

    @Test func `growth leaves volumes what they were born with, as long as the pool can keep all of it`() throws {
        #expect(try headroom(late: .gibibytes(5)) == .gibibytes(3))
        #expect(try headroom(late: .gibibytes(8)) == .zero)
    }

    @Test func `on a pool that is overcommitted by birth, or may be, births do not keep others from growing`() throws {
        #expect(try headroom(late: .gibibytes(20)) > .gibibytes(7))
        #expect(try headroom(late: .gibibytes(5), limit: Ratio(4)) > .gibibytes(7))
        #expect(try headroom(late: .gibibytes(5), limit: .one) == .gibibytes(3))
    }
}
