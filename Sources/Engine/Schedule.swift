// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Inventory
import Policy
import Units

/// When to look again: at everything once an interval, at a volume when it could next matter. Pure.
struct Schedule {
    private(set) var wholeLook: MonotonicTime = .zero
    /// When to look because the host has changed since the last whole look began.
    private var hint: MonotonicTime?
    /// Only of volumes that must be looked at before the next whole look.
    private var looks: [DeviceName: MonotonicTime] = [:]
    /// Volumes that could fill before their next look: looked at once enough was written on the host.
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
    /// A filesystem is looked at when so small a part of its free space was written on the host, by whomever ...
    static let tripShare: UInt64 = 32
    /// ... but not for less than this.
    static let leastTrip = Bytes.mebibytes(1)

    var earliest: MonotonicTime {
        let watch = sentries.isEmpty ? wholeLook : nextWatch
        return min(wholeLook, watch, looks.values.min() ?? wholeLook)
    }

    /// What is asked for from now on may be about what this look has passed already.
    mutating func wholeLookBegins() { hint = nil }

    mutating func wholeLookDone(at now: MonotonicTime, interval: Duration) {
        let next = now.advanced(by: interval)
        wholeLook = min(hint ?? next, next)
        looks = [:]
        sentries = [:]
    }

    /// The host changed: look at everything, but not before `time`.
    mutating func hasten(notBefore time: MonotonicTime) {
        wholeLook = min(wholeLook, time)
        hint = min(hint ?? time, time)
    }

    mutating func plan(_ next: NextLook, at volume: DeviceName, written: Bytes?) {
        looks[volume] = nil
        sentries[volume] = nil
        if let time = next.time, time < wholeLook { looks[volume] = time }
        guard let room = next.unseen else { return }
        if let written {
            sentries[volume] = Sentry(trip: written + max(Bytes(room.count / Schedule.tripShare), Schedule.leastTrip))
        } else if let otherwise = next.otherwise, otherwise < wholeLook {
            // The host does not tell what is written: look by the clock.
            looks[volume] = min(looks[volume] ?? otherwise, otherwise)
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

    /// When a volume is worth the next look; nothing said: with the next look at everything.
    struct NextLook: Equatable {
        /// At this time.
        var time: MonotonicTime?
        /// Or once a good part of so much free space was written on the host ...
        var unseen: Bytes?
        /// ... and where that is not known, at this time.
        var otherwise: MonotonicTime?

        static let withAll = NextLook()

        static func at(_ time: MonotonicTime) -> NextLook { NextLook(time: time) }
    }

    /// When to look at a volume next.
    static func nextLook(
        at volume: Volume, decision: Decision, past: VolumeHistory, outlook: PoolOutlook, rule: VolumeRule, poll: PollRules,
        now: MonotonicTime
    ) -> NextLook {
        guard let usage = volume.usage else { return .withAll }
        if case .barred = decision.verdict { return .withAll }
        var next = NextLook()
        if past.hasJustBegun {
            // How fast it is cannot be told from a sample that is mostly idleness.
            next.time = now.advanced(by: poll.fastest)
        } else if past.rate > .zero {
            let untilThreshold = rule.threshold.of(usage.size).less(usage.used)
            let untilBurst = usage.available.less(outlook.burstRoom)
            let near = past.rate.time(toFill: min(untilThreshold, untilBurst)).map { $0 / 2 }
            next.time = near.map { now.advanced(by: max($0, poll.fastest)) }
        }
        if case .refused = decision.verdict, !past.hasJustBegun { next.time = now.advanced(by: refusedLook) }
        guard decision.mode == .enforce else {
            next.time = next.time.map { max($0, now.advanced(by: observedLook)) }
            return next
        }
        // It may begin to fill, or fill faster, right after this look; but nothing fills faster than this.
        let growth = outlook.reaction - Reaction.idleLook
        let blind = History.Limits.fastestFill.time(toFill: usage.available).map { $0 - growth } ?? poll.interval
        if blind < poll.interval, usage.available > leastTrip {
            next.unseen = usage.available
            next.otherwise = now.advanced(by: max(blind, Reaction.idleLook))
        }
        return next
    }
}
