// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Grower
import Host
import Inventory
import Journal
import Logging
public import Policy
import Units

extension Engine {
    /// Starts a growth beside the loop, unless one of this volume is under way.
    func begin(_ order: Order) {
        guard running[order.volume.name] == nil else { return }
        logger.debug(
            "growth of \(order.volume.name) from \(order.from) to \(order.to) begins, device \(order.deviceTo.bytes)",
            metadata: [
                "volume": "\(order.volume.name)", "reason": "\(order.reason.rawValue)",
                "rate": "\(history[order.volume].rate)",
            ])
        history.began(order)
        running[order.volume.name] = RunningGrowth(
            order: order, task: Task(executorPreference: executor) { _ = await self.carryOut(order) })
    }

    /// Somebody is writing, or asked: it begins at once. A runway and an idle filesystem's burst room wait for their turn.
    func isUrgent(_ order: Order) -> Bool {
        !order.isRunway && (order.reason != .burst || history[order.volume].rate > .zero)
    }

    /// Starts as many of the waiting growths as may be under way at once.
    func beginWaiting() {
        while running.count < Engine.unhurriedAtOnce, let snapshot, let name = waiting.min() {
            waiting.remove(name)
            guard let index = snapshot.volumes.firstIndex(where: { $0.name == name }) else { continue }
            // What was granted meanwhile is no longer there for this one.
            let now = Policy.plan(
                snapshot, rules: rules, history: history, overrides: standing, now: host.now(), deciding: [name],
                previous: plan, hostBar: hostBar)
            plan = now
            current.plan = now
            if let order = now.decisions[index].order(for: snapshot.volumes[index]) { begin(order) }
        }
    }

    /// No more growths than this are begun at once that nobody waits for.
    static let unhurriedAtOnce = 4

    /// Carries one order out and takes in how it went.
    func carryOut(_ order: Order) async -> FinishedGrowth {
        carryingOut += 1
        defer { carryingOut -= 1 }
        let order = withHook(order)
        let start = Start(at: host.now(), isUrgent: isUrgent(order))
        let lasting = keeping(order)
        await spend(order)
        let entry: Entry
        do throws(JournalError) {
            entry = try await books.begin(order, keeping: lasting)
        } catch {
            if !error.isOfOneGrowth { stopGrowing(error) }
            let finished = ended(order, GrowthResult(order: order, failedAt: "journal", error.description), since: start)
            await unspend(finished)
            return finished
        }
        if let lasting { await keep(lasting) }
        let result = await grower.carryOut(order) { [logger] step, report in
            logger.debug(
                "\(step.name) on \(order.volume.name): \(report.outcome) in \(report.duration.text)",
                metadata: ["volume": "\(order.volume.name)", "step": "\(step.name)"])
        }
        let finished = ended(order, result, since: start)
        await unspend(finished)
        await settle(finished)
        await noteReached(result)
        await close(entry, finished)
        return finished
    }

    /// Carries out an order that a person has chosen from what is wrong.
    public func mend(_ order: Order) async -> FinishedGrowth {
        history.began(order)
        return await carryOut(order)
    }

    /// How a growth began.
    private struct Start {
        let at: MonotonicTime
        let isUrgent: Bool
    }

    private func ended(_ order: Order, _ result: GrowthResult, since start: Start) -> FinishedGrowth {
        let now = host.now()
        var finished = FinishedGrowth(
            order: order, finishedAt: WallTime.now(), duration: now.since(start.at), reached: result.reached,
            failure: result.failure.map { "\($0.step): \($0.text)" }, isNews: start.isUrgent || result.failure != nil)
        finished.suspended = result.suspended
        history.ended(order, failure: finished.failure, reached: result.reached, took: now.since(start.at), now: now)
        running[order.volume.name] = nil
        current.growths.absorb(finished)
        log(finished)
        schedule.plan(.at(now), at: order.volume.name, written: nil)
        beginWaiting()
        publish()
        signal.raise()
        return finished
    }

    private func log(_ finished: FinishedGrowth) {
        let order = finished.order
        if let failure = finished.failure {
            logger.error(
                "growing \(order.volume.name) to \(order.to) failed at \(failure)",
                metadata: ["volume": "\(order.volume.name)", "pool": "\(order.volume.poolName)"])
        } else if order.reason == .broken {
            logger.notice(
                "gave the device of \(order.volume.name) its length back: \(order.deviceTo.bytes), as its filesystem has",
                metadata: ["volume": "\(order.volume.name)", "pool": "\(order.volume.poolName)", "reason": "broken"])
        } else if order.isRunway {
            logger.info("lengthened the device of \(order.volume.name) to \(order.deviceTo.bytes), ahead of need")
        } else {
            logger.notice(
                "grew \(order.volume.name) from \(order.from) to \(finished.reached) in \(finished.duration.text)",
                metadata: [
                    "volume": "\(order.volume.name)", "pool": "\(order.volume.poolName)", "reason": "\(order.reason.rawValue)",
                ].merging(order.asked.map { ["by": "\($0)"] } ?? [:]) { first, _ in first })
        }
    }
}

extension GrowthRecord {
    mutating func absorb(_ finished: FinishedGrowth) {
        let order = finished.order
        var pool = byPool[order.volume.poolName] ?? PoolGrowths()
        switch (finished.failure, order.isRunway) {
        case (nil, true): pool.runways += 1
        case (nil, false): pool.done += 1
        case (_?, _): pool.failed += 1
        }
        pool.bytes += finished.reached.less(order.from)
        if let time = finished.suspended { suspensions.observe(time.seconds) }
        byPool[order.volume.poolName] = pool
        guard !order.isRunway || finished.failure != nil else { return }
        durations.observe(finished.duration.seconds)
        recent.append(finished)
        self.finished += 1
        if recent.count > GrowthRecord.kept { recent.removeFirst(recent.count - GrowthRecord.kept) }
    }
}
