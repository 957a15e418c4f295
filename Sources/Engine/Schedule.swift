// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Inventory
import Policy
import Units

/// When to look again: at everything once an interval, at a volume when it could next matter. Pure.
struct Schedule {
    private(set) var wholeLook: MonotonicTime = .zero
    /// Only of volumes that must be looked at before the next whole look.
    private var looks: [DeviceName: MonotonicTime] = [:]

    /// Looks due within this of each other are one look.
    static let coalescing = Duration.milliseconds(5)
    /// A refused wish is looked at again: the pool may have got room.
    static let refusedLook = Duration.seconds(1)
    /// What is only observed need not be caught in time.
    static let observedLook = Duration.seconds(1)

    var earliest: MonotonicTime { min(wholeLook, looks.values.min() ?? wholeLook) }

    mutating func wholeLookDone(at now: MonotonicTime, interval: Duration) {
        wholeLook = now.advanced(by: interval)
        looks = [:]
    }

    /// The host changed: look at everything, but not more often than `gap` after the last look.
    mutating func hasten(notBefore time: MonotonicTime) { wholeLook = min(wholeLook, time) }

    mutating func look(at volume: DeviceName, when time: MonotonicTime?) {
        looks[volume] = time.flatMap { $0 < wholeLook ? $0 : nil }
    }

    func due(at now: MonotonicTime) -> [DeviceName] {
        let horizon = now.advanced(by: Schedule.coalescing)
        return looks.filter { $0.value <= horizon }.map(\.key).sorted()
    }

    /// When to look at a volume next; nil when the next whole look is soon enough.
    static func nextLook(
        at volume: Volume, decision: Decision, past: VolumeHistory, outlook: PoolOutlook, rule: VolumeRule, poll: PollRules,
        now: MonotonicTime
    ) -> MonotonicTime? {
        guard let usage = volume.usage else { return nil }
        switch decision.verdict {
        case .barred: return nil
        case .refused: return now.advanced(by: refusedLook)
        case .grow: return now.advanced(by: poll.interval)
        case .content, .wouldGrow: break
        }
        // Even an idle one may begin to fill at the fastest rate right after this look.
        let blind = outlook.fillRate.time(toFill: usage.available).map { $0 - (outlook.reaction - Reaction.idleLook) }
        var wait = blind ?? poll.interval
        if past.rate > .zero {
            let untilThreshold = rule.threshold.of(usage.size).less(usage.used)
            let untilBurst = usage.available.less(outlook.burstRoom)
            if let near = past.rate.time(toFill: min(untilThreshold, untilBurst)) { wait = min(wait, near / 2) }
        }
        if decision.mode != .enforce { wait = max(wait, observedLook) }
        guard wait < poll.interval else { return nil }
        return now.advanced(by: max(wait, poll.fastest))
    }
}
