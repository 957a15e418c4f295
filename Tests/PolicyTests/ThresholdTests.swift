// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Testing
import Units

@Suite struct ThresholdTests {
    @Test func `below the threshold nothing is grown`() {
        let plan = Made.plan([Made.volume(size: .gibibytes(4), used: .gibibytes(3))])
        #expect(plan["v"]?.verdict == .content)
    }

    @Test func `at the threshold it is grown so that used is the target share afterwards`() throws {
        let volume = Made.volume(size: .gibibytes(2), used: .mebibytes(1639))
        let order = try #require(Made.plan([volume]).order("v"))
        #expect(order.reason == .threshold)
        let usableAfter = order.to.less(order.price)
        #expect(Ratio(.mebibytes(1639), of: usableAfter) <= .percent(60))
        #expect(Ratio(.mebibytes(1639), of: usableAfter) > .percent(57))
    }

    @Test func `a step is never below the minimum nor above the maximum`() throws {
        let small = try #require(
            Made.plan(
                [Made.volume(size: .gibibytes(1), used: .mebibytes(1000))],
                rules: Made.enforcing { $0.minimumStep = .gibibytes(2) }
            )
            .order("v"))
        #expect(small.added == .gibibytes(2))
        let large = try #require(
            Made.plan(
                Made.pool(size: .gibibytes(1000), used: .gibibytes(100)),
                [Made.volume(size: .gibibytes(100), used: .gibibytes(99))],
                rules: Made.enforcing { $0.maximumStep = .gibibytes(10) }
            ).order("v"))
        #expect(large.added == .gibibytes(10))
    }

    @Test func `a rule's maximum size is reached and never passed`() throws {
        let volume = Made.volume(size: .gibibytes(2), used: .mebibytes(2000))
        let plan = Made.plan([volume], rules: Made.enforcing { $0.maximumSize = .mebibytes(2100) })
        #expect(plan.order("v")?.to == .mebibytes(2100))
        #expect(plan.order("v")?.limitedBy?.reason == .maximumSize)
        let full = Made.plan([volume], rules: Made.enforcing { $0.maximumSize = .gibibytes(2) })
        #expect(full.refusal("v") == .maximumSize)
    }

    @Test func `a volume below its minimum size is grown to it, empty as it is`() throws {
        let order = try #require(
            Made.plan([Made.volume(size: .gibibytes(1))], rules: Made.enforcing { $0.minimumSize = .gibibytes(3) }).order("v"))
        #expect(order.reason == .minimumSize)
        #expect(order.to >= .gibibytes(3))
    }

    @Test func `one volume takes no more than its share of the pool`() {
        let volume = Made.volume(size: .gibibytes(5), used: .mebibytes(5000))
        #expect(Made.plan([volume]).refusal("v") == .maximumShare)
    }

    @Test func `observe mode decides the same and orders nothing`() throws {
        let volume = Made.volume(size: .gibibytes(1), used: .mebibytes(1000))
        var rules = Made.enforcing()
        let enforced = try #require(Made.plan([volume], rules: rules).order("v"))
        rules.mode = .observe
        let plan = Made.plan([volume], rules: rules)
        #expect(plan["v"]?.verdict == .wouldGrow(enforced))
        #expect(plan["v"]?.runway == nil)
    }

    @Test func `the first rule that matches holds`() {
        var rules = Made.enforcing()
        var off = VolumeRule(name: "left alone")
        off.match.volume = Glob("v*")
        off.mode = .off
        rules.volumes.insert(off, at: 0)
        let plan = Made.plan(
            [Made.volume(used: .mebibytes(1000)), Made.volume("w", id: 2, used: .mebibytes(1000))], rules: rules)
        #expect(plan.refusal("v") == .off)
        #expect(plan.order("w") != nil)
    }
}
