// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Inventory
import Owners
import Simulation
import Testing
import Units

@testable import Policy

/// Thousands of plans for random hosts under random rules: what must hold of every one.
@Suite struct SimulatedPlansTests {
    private static let looks = 25

    @Test func `no plan grants more than its pools have, nor to whom it may not, nor past a bound`() throws {
        var granted = 0
        var exceeded = 0
        var pinned = 0
        var refused: Set<Refusal.Reason> = []
        for seed in SimulatedSeeds.some(60) {
            var bench = try SimulatedBench(seed: seed)
            for _ in 0..<SimulatedPlansTests.looks {
                let (snapshot, now) = bench.nextSnapshot()
                let plan = bench.plan(snapshot, now: now)
                let judge = Judge(snapshot: snapshot, plan: plan, bench: bench, now: now, seed: seed)
                judge.judgePools()
                for (volume, decision) in zip(snapshot.volumes, plan.decisions) {
                    judge.judge(volume, decision)
                    if case .grow(let order) = decision.verdict {
                        granted += 1
                        if order.exceeds != nil { exceeded += 1 }
                        if decision.findings.contains(where: { $0.subject == "pin" }) { pinned += 1 }
                    }
                    if case .refused(let refusal) = decision.verdict { refused.insert(refusal.reason) }
                }
                bench.carryOut(plan)
            }
            #expect(bench.violations.isEmpty, "HEADROOM_SEED=\(seed): \(bench.violations)")
        }
        // Else this shows nothing.
        #expect(granted > 0)
        #expect(exceeded > 0 && pinned > 0 || SimulatedSeeds.some(2).count < 2)
        #expect(refused.isSuperset(of: [.onHold, .paused]) || SimulatedSeeds.some(2).count < 2)
        #expect(refused.contains(.reserve) || SimulatedSeeds.some(2).count < 2)
    }

    @Test(arguments: SimulatedSeeds.some(40)) func `the same plan comes of the same values, in whatever order`(seed: UInt64)
        throws
    {
        var bench = try SimulatedBench(seed: seed)
        for _ in 0..<10 {
            let (snapshot, now) = bench.nextSnapshot()
            let plan = bench.plan(snapshot, now: now)
            #expect(plan == bench.plan(snapshot, now: now))
            let other = bench.plan(bench.shuffled(snapshot), now: now)
            #expect(Set(other.decisions) == Set(plan.decisions), "HEADROOM_SEED=\(seed)")
            #expect(Set(other.pools) == Set(plan.pools), "HEADROOM_SEED=\(seed)")
            bench.carryOut(plan)
        }
    }

    @Test(arguments: SimulatedSeeds.some(40)) func `deciding some anew leaves the others as they were`(seed: UInt64) throws {
        var bench = try SimulatedBench(seed: seed)
        let (first, before) = bench.nextSnapshot()
        let old = bench.plan(first, now: before)
        bench.carryOut(old)
        let (snapshot, now) = bench.nextSnapshot()
        let names = Set(snapshot.volumes.map(\.name).enumerated().filter { $0.offset % 3 == 0 }.map(\.element))
        let plan = bench.plan(snapshot, now: now, deciding: names, previous: old)
        let known = Dictionary(uniqueKeysWithValues: old.decisions.map { ($0.volume, $0) })
        #expect(plan.decisions.map(\.volume) == snapshot.volumes.map(\.identity), "HEADROOM_SEED=\(seed)")
        for decision in plan.decisions where !names.contains(decision.volume.name) {
            if let kept = known[decision.volume] { #expect(decision == kept, "HEADROOM_SEED=\(seed)") }
        }
        let judge = Judge(snapshot: snapshot, plan: plan, bench: bench, now: now, seed: seed)
        for (volume, decision) in zip(snapshot.volumes, plan.decisions) where names.contains(volume.name) {
            judge.judge(volume, decision)
        }
    }
}

/// Reckons for itself, from the snapshot and the rules, what a plan may contain.
private struct Judge {
    let snapshot: Snapshot
    let plan: Plan
    let bench: SimulatedBench
    let now: MonotonicTime
    let seed: UInt64

    private func expect(_ condition: Bool, _ text: @autoclosure () -> String) {
        if !condition { Issue.record("HEADROOM_SEED=\(seed): \(text())") }
    }

    private func added(_ decision: Decision) -> Bytes {
        if case .grow(let order) = decision.verdict { order.added } else { .zero }
    }

    // MARK: Pools

    func judgePools() {
        expect(plan.decisions.map(\.volume) == snapshot.volumes.map(\.identity), "a decision for each volume, in order")
        for pool in snapshot.pools { judge(pool) }
    }

    private func judge(_ pool: Pool) {
        let granted = plan.decisions.filter { $0.volume.poolName == pool.name }.map(added).sum()
        guard granted > .zero else { return }
        guard let report = pool.report, let total = pool.dataTotal, let used = pool.dataUsed, let block = pool.blockSize else {
            return expect(false, "\(granted) were granted in \(pool.name), which gives no figures")
        }
        expect(report.mode == .readWrite && !report.needsCheck && !pool.isSuspended, "granted in \(pool.name), \(report.mode)")
        let rule = bench.rules.pools[0]
        let standard: Ratio = if case .docker(let free) = pool.owner { Ratio(free.value + 0.05) ?? .one } else { .percent(10) }
        let reserve = (rule.dataReserve ?? standard).of(total)
        let promised = snapshot.volumes.filter { $0.poolName == pool.name }.map(unwrittenGrant).sum()
        let exceeding = judgeLeave(on: pool)
        let account =
            "\(used) used, \(promised) promised, \(granted) granted, \(exceeding) by leave, \(reserve) reserved of \(total)"
        let ordinary = granted.less(exceeding)
        expect(ordinary == .zero || used + promised + ordinary + reserve <= total, "\(pool.name): \(account)")
        expect(used + promised + granted <= total, "\(pool.name) has less than that: \(account)")
        let metadata = report.metadataTotal.bytes
        let metadataReserve = (rule.metadataReserve ?? .percent(10)).of(metadata)
        // 48 bytes for each block that may be mapped.
        let mappings = Bytes(48 * ((promised + granted).count / block.count))
        expect(report.metadataUsed.bytes + mappings + metadataReserve <= metadata, "\(pool.name): its metadata is granted away")
        guard let limit = rule.overcommitLimit else { return }
        let sizes = snapshot.volumes.filter { $0.poolName == pool.name }.map { $0.filesystem?.geometry?.size ?? $0.size }.sum()
        expect(sizes + granted <= limit.of(total), "\(pool.name): past its overcommit limit")
    }

    /// What is granted into the reserve, and that each bit of it is by leave that stands, of that volume, within its bound.
    private func judgeLeave(on pool: Pool) -> Bytes {
        var spent: [OverrideID: Bytes] = [:]
        for (volume, decision) in zip(snapshot.volumes, plan.decisions) where volume.poolName == pool.name {
            guard case .grow(let order) = decision.verdict, let exceeds = order.exceeds else { continue }
            spent[exceeds.override, default: .zero] += exceeds.bytes
            let leave = bench.overrides.first { $0.id == exceeds.override }
            expect(leave?.scope.contains(volume) ?? false, "\(volume.name): goes into the reserve by nobody's leave")
            expect(exceeds.bytes <= order.added, "\(volume.name): exceeds by more than it grows")
        }
        for leave in bench.overrides {
            guard let now = spent[leave.id], case .exceedReserve(let bound) = leave.kind else { continue }
            expect(leave.spent + now <= bound, "\(leave.text): \(leave.spent) and \(now)")
        }
        return spent.values.sum()
    }

    /// What holds against a volume, as far as it cannot be told otherwise: set by a person for it alone.
    private func isHeldForSure(_ volume: Volume) -> Bool {
        bench.overrides.contains {
            ($0.kind.name == .hold || $0.kind.name == .pause) && $0.asked.source != .alert && $0.scope == .volume(volume.identity)
        }
    }

    /// What a filesystem was given by growth, or is being given, and has not written.
    private func unwrittenGrant(_ volume: Volume) -> Bytes {
        guard let now = volume.filesystem?.geometry?.size, let birth = bench.births[volume.identity] else { return .zero }
        let size = max(now, bench.history[volume.identity].running?.to ?? .zero)
        return min(size.less(birth), size.less(volume.mapped ?? .zero))
    }

    // MARK: One volume

    func judge(_ volume: Volume, _ decision: Decision) {
        var rule = bench.rules.volumes[volume.owner.container?.name == nil ? 1 : 0]
        for case .pin(let pin) in Overrides(bench.overrides).about(volume).all.reversed().map(\.kind) {
            rule.maximumSize = pin.maximumSize ?? rule.maximumSize
        }
        let mode = rule.mode ?? bench.rules.mode
        expect(decision.rule == rule.name && decision.mode == mode, "\(volume.name): by the wrong rule")
        if let runway = decision.runway {
            expect(mode == .enforce, "\(volume.name): a runway in mode \(mode)")
            expect(runway > volume.size.wholeSectors, "\(volume.name): a runway that is none")
            judgeTouchable(volume)
            if let most = rule.maximumSize { expect(runway.bytes <= max(most, volume.size), "\(volume.name): past its maximum") }
        }
        switch decision.verdict {
        case .grow(let order):
            expect(mode == .enforce, "\(volume.name): grown in mode \(mode)")
            judge(order, of: volume, by: rule)
        case .wouldGrow(let order):
            expect(mode == .observe, "\(volume.name): would grow in mode \(mode)")
            judge(order, of: volume, by: rule)
        case .refused(let refusal):
            expect(!decision.needs.isEmpty, "\(volume.name): refused what it does not need")
            expect(!refusal.text.isEmpty && !refusal.hint.isEmpty, "\(volume.name): refused without a word")
        case .content, .barred: break
        }
    }

    private func judge(_ order: Order, of volume: Volume, by rule: VolumeRule) {
        judgeTouchable(volume)
        let name = volume.name
        expect(!isHeldForSure(volume), "\(name): grown although a person holds it")
        let past = bench.history[volume.identity]
        guard let geometry = volume.filesystem?.geometry else { return expect(false, "\(name): its geometry is not known") }
        expect(order.volume == volume.identity && order.from == geometry.size, "\(name): meant for another")
        expect(order.to > order.from, "\(name): not larger")
        expect(order.deviceFrom == volume.size.wholeSectors && order.deviceTo >= order.deviceFrom, "\(name): a shorter device")
        expect(order.deviceTo.bytes >= order.to, "\(name): a filesystem larger than its device")
        expect(order.to.count % geometry.blockSize.count == 0, "\(name): no whole blocks")
        expect(order.price < order.added, "\(name): costs \(order.price) and adds \(order.added)")
        if let most = rule.maximumSize { expect(order.to <= most, "\(name): \(order.to) is past \(most)") }
        // LXD's are rounded up to LVM's extents.
        let grain = if case .byInstance = order.lasting { Bytes.mebibytes(4) } else { Bytes.mebibytes(1) }
        expect(order.added < rule.maximumStep + grain, "\(name): a step of \(order.added)")
        if order.limitedBy == nil { expect(order.added >= rule.minimumStep, "\(name): a step of only \(order.added)") }
        if let total = snapshot.pools.first(where: { $0.name == volume.poolName })?.dataTotal {
            expect(order.to <= rule.maximumShare.of(total), "\(name): \(order.to) is more than its share of \(total)")
        }
        expect(past.running == nil, "\(name): two growths at once")
        if let retry = past.retryAt { expect(now >= retry, "\(name): too soon after a failure") }
        if let last = past.lastGrowth { expect(now.since(last) >= rule.cooldown, "\(name): within its cooldown") }
    }

    private func judgeTouchable(_ volume: Volume) {
        let name = volume.name
        expect(!volume.owner.isParent, "\(name): a parent")
        expect(volume.owner.lasting != .never, "\(name): its owner would undo it")
        expect(!volume.isSuspended && !volume.isDoubtful && volume.holders.isEmpty, "\(name): suspended, doubtful or held")
        guard let filesystem = volume.filesystem else { return expect(false, "\(name): \(volume.content)") }
        expect(!filesystem.isReadOnly, "\(name): read-only")
        if case .usage = filesystem.reading {} else { expect(false, "\(name): it does not answer") }
    }
}
