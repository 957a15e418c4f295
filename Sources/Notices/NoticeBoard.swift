// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
import Host
import Policy
import Units

/// What is to be told now: reports go in, alerts come out. Knows nothing of who is told, and of no time but what it is given.
///
/// A refusal or a pool's trouble is told once it has stood for a while, and is over once it was gone for a while, so that
/// what flaps is told once or not at all. Its labels stay as they were when it began.
public struct NoticeBoard: Sendable {
    public enum Limits {
        /// So long something stands before it is told, and is gone before it is over.
        public static let settling = Duration.seconds(10)
        /// Refusals and troubles of pools told at a time. More are counted.
        public static let standing = 500
        /// Beyond those, troubles of pools only.
        public static let pools = 100
        /// Things that are over and still told as such, for those who have missed it.
        public static let ended = 500
        public static let endedKept = Duration.seconds(300)
        /// Volumes whose growths are told at a time; where there are more, the oldest give way.
        public static let growths = 200
        /// So long a growth is shown as one.
        public static let growthStands = Duration.seconds(300)
        /// So long it is kept for those who do not answer.
        public static let growthKept = Duration.seconds(3600)
        /// Characters of a label's and of an annotation's value.
        public static let label = 1_000
        public static let annotation = 2_000
    }

    let terms: NoticeTerms
    /// Changes whenever there is something to tell that cannot wait for the next turn.
    public private(set) var revision: UInt64 = 0
    /// What was not told since there was too much.
    public internal(set) var dropped: UInt64 = 0
    /// What the last report said, and when its plan was made.
    private var sightings: Sightings?
    private var plannedAt: MonotonicTime?
    private var watches: [Condition.Key: Watch] = [:]
    private var standing = 0
    private var ended: [Ended] = []
    var growths: [GrowthSpell.Key: GrowthSpell] = [:]
    /// Growths that were taken in, by the report's count.
    var taken: UInt64 = 0
    /// Which of them everybody was told.
    var toldToAll: UInt64 = 0

    public init(_ terms: NoticeTerms) { self.terms = terms }

    /// The same growths are not told again on other terms.
    public init(_ terms: NoticeTerms, after former: NoticeBoard) {
        self.terms = terms
        taken = former.taken
        toldToAll = former.taken
        dropped = former.dropped + UInt64(former.growths.values.count { $0.number > former.toldToAll })
    }

    /// Takes a report in. To be called every second or so, with the same report too, since time makes a difference.
    public mutating func take(_ report: Report, at now: Moment) {
        if report.plan?.madeAt != plannedAt {
            sightings = Sightings(report)
            plannedAt = report.plan?.madeAt
        }
        if let sightings { watch(sightings, at: now) }
        take(report.growths, in: report.snapshot, at: now)
        ended.removeAll { now.monotonic.since($0.since) > Limits.endedKept }
        tidyGrowths(at: now)
    }

    mutating func becomeNews() { revision += 1 }

    mutating func forgetEnded(_ labels: [String: String]) { ended.removeAll { $0.notice.labels == labels } }

    private mutating func watch(_ sightings: Sightings, at now: Moment) {
        for key in Array(watches.keys) where !sightings.isSeen(key) && !sightings.unknown.contains(key) { miss(key, at: now) }
        // The weightiest first: what comes when there is no room is counted only.
        for (key, condition) in sightings.seen { see(condition, key, at: now) }
    }

    private mutating func see(_ condition: Condition, _ key: Condition.Key, at now: Moment) {
        var watch = watches[key] ?? Watch(condition, at: now)
        watch.see(condition, at: now)
        if let told = watch.told {
            if told.reason != condition.reason, now.monotonic.since(watch.reasonSince.monotonic) >= Limits.settling {
                end(told, at: now)
                begin(condition, &watch, key, since: watch.reasonSince)
            } else if told.reason == condition.reason {
                watch.told?.annotations = terms.annotations(of: condition)
            }
        } else if now.monotonic.since(watch.since.monotonic) >= Limits.settling {
            begin(condition, &watch, key, since: watch.since)
        }
        watches[key] = watch
    }

    private mutating func miss(_ key: Condition.Key, at now: Moment) {
        guard var watch = watches[key] else { return }
        guard let told = watch.told else {
            watches[key] = nil
            return
        }
        let goneSince = watch.goneSince ?? now.monotonic
        watch.goneSince = goneSince
        if now.monotonic.since(goneSince) >= Limits.settling {
            end(told, at: now)
            watches[key] = nil
        } else {
            watches[key] = watch
        }
    }

    private mutating func begin(_ condition: Condition, _ watch: inout Watch, _ key: Condition.Key, since: Moment) {
        guard standing < Limits.standing + (key.volume == nil ? Limits.pools : 0) else {
            if !watch.wasDropped { dropped += 1 }
            watch.wasDropped = true
            watch.told = nil
            return
        }
        standing += 1
        let told = Watch.Told(
            reason: condition.reason, labels: terms.labels(of: condition, key), startsAt: since.wall,
            annotations: terms.annotations(of: condition))
        // What was over and is so again has no end.
        forgetEnded(told.labels)
        watch.told = told
        becomeNews()
    }

    private mutating func end(_ told: Watch.Told, at now: Moment) {
        standing -= 1
        let notice = Notice(labels: told.labels, annotations: told.annotations, startsAt: told.startsAt, endsAt: now.wall)
        end(notice, at: now)
    }

    mutating func end(_ notice: Notice, at now: Moment) {
        forgetEnded(notice.labels)
        ended.append(Ended(notice: notice, since: now.monotonic))
        if ended.count > Limits.ended { ended.removeFirst() }
        becomeNews()
    }

    /// Nothing to tell.
    public var isEmpty: Bool { standing == 0 && ended.isEmpty && growths.isEmpty }

    /// All alerts for somebody who was told the growths up to this one: what stands, what is over, and the growths.
    public func notices(untoldAfter told: UInt64, at now: Moment) -> [Notice] {
        let lasts = now.wall.advanced(by: terms.lifetime)
        let standing = watches.sorted { $0.key < $1.key }.compactMap { _, watch in
            watch.told.map {
                Notice(
                    labels: $0.labels, annotations: $0.annotations, startsAt: min($0.startsAt, now.wall), endsAt: lasts)
            }
        }
        let over = ended.map { one in
            // The clock may have been set back since.
            var notice = one.notice
            notice.endsAt = min(notice.endsAt, now.wall)
            notice.startsAt = min(notice.startsAt, notice.endsAt)
            return notice
        }
        return standing + over + growthNotices(untoldAfter: told, at: now)
    }
}

/// One condition from when it is first seen until it is over.
private struct Watch: Sendable {
    struct Told: Sendable {
        var reason: String
        var labels: [String: String]
        var startsAt: WallTime
        var annotations: [String: String]
    }

    /// Since when it has been so, for whatever reason.
    private(set) var since: Moment
    private(set) var reasonSince: Moment
    private var reason: String
    var goneSince: MonotonicTime?
    /// As it is told. Nil: not yet, or there was no room.
    var told: Told?
    var wasDropped = false

    init(_ condition: Condition, at now: Moment) {
        since = now
        reasonSince = now
        reason = condition.reason
    }

    mutating func see(_ condition: Condition, at now: Moment) {
        goneSince = nil
        if reason != condition.reason {
            reason = condition.reason
            reasonSince = now
        }
    }
}

private struct Ended: Sendable {
    var notice: Notice
    var since: MonotonicTime
}
