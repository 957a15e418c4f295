// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Journal
import Logging
public import Policy
import Units

/// An override while this run lasts.
struct StandingOverride {
    var override: Override
    /// On the monotonic clock, which nobody can set back. Nil: until it is lifted.
    var deadline: MonotonicTime?
}

/// The overrides that stand: how they begin, end by themselves, and outlast a restart.
extension Engine {
    /// What became of overrides and could not be written; the oldest go first.
    static let eventsWaiting = 1_000
    /// A wall clock that goes by more than this beside the monotonic one was set.
    static let clockSlack = Duration.seconds(5)

    func stand(_ override: Override, for lasting: Duration?) {
        for old in replaced(by: override) { overrides[old.id] = nil }
        overrides[override.id] = StandingOverride(
            override: override, deadline: lasting.map { host.now().advanced(by: $0) })
        overridesChanged()
    }

    func replaced(by override: Override) -> [Override] {
        standing.all.filter { override.replaces($0) && $0.id != override.id }
    }

    func overridesChanged() {
        standing = Overrides(overrides.values.map(\.override))
        current.overrides = standing.all
        publish()
    }

    /// Decides anew about all there is, and looks soon.
    func takeEffect() {
        decide(about: nil)
        schedule.hasten(notBefore: host.now())
        signal.raise()
    }

    /// Writes it down; whether it is on the disk. What is not is written once the journal can be used again.
    @discardableResult
    func keep(_ changes: OverrideChanges) async -> Bool {
        guard books.isKept || isJournalBroken else { return false }
        var changes = changes
        changes.events = changes.events.map { event in
            var event = event
            if case .volume(let volume) = event.override.scope { event.container = container(on: volume) }
            return event
        }
        if !isJournalBroken {
            do throws(JournalError) {
                guard !changes.events.isEmpty else {
                    try await books.change(changes)
                    return true
                }
                try await withDecisions { decisions throws(JournalError) in
                    var told = changes
                    told.decisions = decisions
                    try await books.change(told)
                }
                return true
            } catch {
                stopGrowing(error)
            }
        }
        unwrittenEvents = Array((unwrittenEvents + changes.events).suffix(Engine.eventsWaiting))
        return false
    }

    /// What alerts were allowed and nothing came of.
    func giveBack(_ over: [Override]) -> [OverrideID] {
        let unused = over.filter { $0.alert != nil && $0.kind.name == .grow && $0.settled != .done }.map(\.id)
        for id in unused { desk.giveBack(id) }
        return unused
    }

    // MARK: Ends

    /// When the next one ends.
    var nextEnd: MonotonicTime? { overrides.values.compactMap(\.deadline).min() }

    func endOverrides() async {
        let now = host.now()
        let over = overrides.values.filter { $0.deadline.map { $0 <= now } ?? false }.map(\.override)
        guard !over.isEmpty else { return }
        for override in over {
            overrides[override.id] = nil
            logger.notice(
                "\(override.scope.kind) \(override.scope.name) is no longer \(override.text): its time is over",
                metadata: ["override": "\(override.id)", "kind": "\(override.kind.name.rawValue)"])
        }
        overridesChanged()
        await keep(ended(over))
        takeEffect()
    }

    private func ended(_ over: [Override]) -> OverrideChanges {
        var changes = OverrideChanges()
        changes.removed = over.map(\.id)
        changes.events = over.map { JournaledOverride(time: .now(), event: .expired, by: nil, override: $0) }
        changes.givenBack = giveBack(over)
        return changes
    }

    /// Where the wall clock was set, the ends that people are told, and that a restart goes by, are set with it.
    func followWallClock() async {
        let (wall, now) = (WallTime.now(), host.now())
        let ahead = wall.seconds - now.since(.zero).seconds
        defer { wallAhead = ahead }
        guard let before = wallAhead, abs(ahead - before) > Engine.clockSlack.seconds else { return }
        var changes = OverrideChanges()
        for (id, one) in overrides {
            guard let deadline = one.deadline else { continue }
            overrides[id]?.override.end = WallTime(seconds: wall.seconds + deadline.since(now).seconds)
            overrides[id]?.override.start = WallTime(seconds: one.override.start.seconds + ahead - before)
        }
        guard !overrides.isEmpty else { return }
        overridesChanged()
        changes.put = standing.all
        await keep(changes)
    }

    // MARK: Over a restart

    /// Takes in what earlier runs left, below what was set since this one began.
    public func recall(_ left: [Override]) async {
        let (wall, now) = (WallTime.now(), host.now())
        var over: [Override] = []
        for override in left where overrides[override.id] == nil {
            guard let end = override.end else {
                overrides[override.id] = StandingOverride(override: override, deadline: nil)
                continue
            }
            // A clock that was set back meanwhile makes it last no longer than it was meant to.
            let whole = max(0, end.seconds - override.start.seconds)
            let rest = min(max(0, end.seconds - wall.seconds), whole)
            // How much of its time is over cannot be told then; what lets growth go further is over.
            let isUntold = wall.seconds < override.start.seconds - Engine.clockSlack.seconds
            if rest == 0 || (isUntold && override.kind.name == .exceedReserve) {
                over.append(override)
            } else {
                overrides[override.id] = StandingOverride(override: override, deadline: now.advanced(by: .seconds(rest)))
            }
        }
        overridesChanged()
        for override in standing.all {
            for old in replaced(by: override) where override.beats(old) {
                overrides[old.id] = nil
                over.append(old)
            }
        }
        overridesChanged()
        unwrittenEvents += ended(over).events
    }

    /// All that stands, and what became of the others.
    func rewriteOverrides(in journal: Journal) async throws(JournalError) {
        var changes = OverrideChanges()
        changes.put = standing.all
        changes.events = unwrittenEvents
        changes.cases = Array(desk.cases.values)
        changes.grants = desk.grants
        try await journal.replaceOverrides(by: changes)
        unwrittenEvents = []
    }

    // MARK: What is asked for once

    /// A growth that an override has asked for has ended, well or not.
    func settle(_ finished: FinishedGrowth) async {
        guard let id = finished.order.wish, overrides[id] != nil else { return }
        overrides[id]?.override.settled = finished.failure == nil ? .done : .failed
        await keepNew(id)
    }

    // MARK: What is spent of the reserve

    /// Before the first step: a crash in between has spent too much rather than too little.
    func spend(_ order: Order) async {
        guard let exceeds = order.exceeds, overrides[exceeds.override] != nil else { return }
        overrides[exceeds.override]?.override.spent += exceeds.bytes
        await keepNew(exceeds.override)
    }

    /// What a growth did not reach is not spent.
    func unspend(_ finished: FinishedGrowth) async {
        let order = finished.order
        guard let exceeds = order.exceeds, var one = overrides[exceeds.override] else { return }
        let missing = min(exceeds.bytes, order.to.less(max(finished.reached, order.from)))
        guard missing > .zero else { return }
        one.override.spent = one.override.spent.less(missing)
        overrides[exceeds.override] = one
        await keepNew(exceeds.override)
    }

    private func keepNew(_ id: OverrideID) async {
        overridesChanged()
        guard let override = overrides[id]?.override else { return }
        var changes = OverrideChanges()
        changes.put = [override]
        await keep(changes)
    }
}
