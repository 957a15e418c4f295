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
    /// Idle volumes that could fill before the next whole look: looked at once enough was written on the host.
    private var sentries: [DeviceName: Sentry] = [:]
    private var nextWatch: MonotonicTime = .zero

    /// How much may be written on the host before a volume is looked at again.
    private struct Sentry {
        let trip: Bytes
    }

    /// Looks due within this of each other are one look.
    static let coalescing = Duration.milliseconds(5)
    /// A refused wish is looked at again: the pool may have got room.
    static let refusedLook = Duration.seconds(1)
    /// What is only observed need not be caught in time.
    static let observedLook = Duration.seconds(1)
    /// An idle filesystem is looked at when so small a part of its free space was written on the host, by whomever ...
    static let tripShare: UInt64 = 16
    /// ... but not for less than this.
    static let leastTrip = Bytes.mebibytes(1)

    var earliest: MonotonicTime {
        let watch = sentries.isEmpty ? wholeLook : nextWatch
        return min(wholeLook, watch, looks.values.min() ?? wholeLook)
    }

    mutating func wholeLookDone(at now: MonotonicTime, interval: Duration) {
        wholeLook = now.advanced(by: interval)
        looks = [:]
        sentries = [:]
    }

    /// The host changed: look at everything, but not before `time`.
    mutating func hasten(notBefore time: MonotonicTime) { wholeLook = min(wholeLook, time) }

    mutating func plan(_ next: NextLook, at volume: DeviceName, written: Bytes?) {
        looks[volume] = nil
        sentries[volume] = nil
        switch next {
        case .withAll: return
        case .at(let time): if time < wholeLook { looks[volume] = time }
        case .whenWritten(let amount, let otherwise):
            if let written {
                sentries[volume] = Sentry(trip: written + max(amount, Schedule.leastTrip))
            } else if otherwise < wholeLook {
                // The host does not tell what is written: look by the clock.
                looks[volume] = otherwise
            }
        }
    }

    /// Whether it is time to ask the host how much was written.
    func watchIsDue(at now: MonotonicTime) -> Bool { !sentries.isEmpty && nextWatch <= now.advanced(by: Schedule.coalescing) }

    /// So much was written on the host by now: the sentries that this wakes become due.
    mutating func watched(_ written: Bytes?, at now: MonotonicTime, every interval: Duration) {
        nextWatch = now.advanced(by: interval)
        for (volume, sentry) in sentries where written.map({ $0 >= sentry.trip }) ?? true {
            sentries[volume] = nil
            looks[volume] = now
        }
    }

    func due(at now: MonotonicTime) -> [DeviceName] {
        let horizon = now.advanced(by: Schedule.coalescing)
        return looks.filter { $0.value <= horizon }.map(\.key).sorted()
    }

    /// When a volume is worth the next look.
    enum NextLook: Equatable {
        /// The next look at everything is soon enough.
        case withAll
        case at(MonotonicTime)
        /// Once so much was written on the host; where that is not known, at this time.
        case whenWritten(Bytes, otherwise: MonotonicTime)
    }

    /// When to look at a volume next.
    static func nextLook(
        at volume: Volume, decision: Decision, past: VolumeHistory, outlook: PoolOutlook, rule: VolumeRule, poll: PollRules,
        now: MonotonicTime
    ) -> NextLook {
        guard let usage = volume.usage else { return .withAll }
        switch decision.verdict {
        case .barred: return .withAll
        case .refused: return .at(now.advanced(by: refusedLook))
        // Its end asks for a look.
        case .grow: return .withAll
        case .content, .wouldGrow: break
        }
        guard past.rate > .zero else {
            // It may begin to fill right after this look. Faster than this nothing fills.
            let growth = outlook.reaction - Reaction.idleLook
            let blind = History.Limits.fastestFill.time(toFill: usage.available).map { $0 - growth } ?? poll.interval
            guard decision.mode == .enforce, blind < poll.interval else { return .withAll }
            return .whenWritten(
                Bytes(usage.available.count / tripShare), otherwise: now.advanced(by: max(blind, Reaction.idleLook)))
        }
        let untilThreshold = rule.threshold.of(usage.size).less(usage.used)
        let untilBurst = usage.available.less(outlook.burstRoom)
        let near = past.rate.time(toFill: min(untilThreshold, untilBurst)).map { $0 / 2 } ?? poll.interval
        let least = decision.mode == .enforce ? poll.fastest : max(observedLook, poll.fastest)
        return .at(now.advanced(by: max(near, least)))
    }
}
