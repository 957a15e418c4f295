// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// One alert, as it is posted to Alertmanager. Two with the same labels are the same alert.
public struct Notice: Hashable, Sendable {
    /// None is empty; all names are as Alertmanager wants them.
    public var labels: [String: String]
    public var annotations: [String: String]
    public var startsAt: WallTime
    /// Never before `startsAt`. From then on it is over.
    public var endsAt: WallTime

    public init(labels: [String: String], annotations: [String: String], startsAt: WallTime, endsAt: WallTime) {
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
    }
}

/// What holds for all alerts of this host.
public struct NoticeTerms: Hashable, Sendable {
    /// Which Headroom it is, as Prometheus calls it.
    public var instance: String
    /// On every alert besides its own.
    public var labels: [String: String]
    /// What stands is told again after so long.
    public var interval: Duration

    public init(instance: String, labels: [String: String] = [:], interval: Duration = .seconds(60)) {
        self.instance = instance
        self.labels = labels
        self.interval = interval
    }

    /// What is not told again is over after so long: a Headroom that has ended leaves no alert behind.
    var lifetime: Duration { interval * 4 }
}

/// One moment on both clocks: durations are reckoned on the monotonic one, and what people read comes from the other.
public struct Moment: Hashable, Sendable {
    public var monotonic: MonotonicTime
    public var wall: WallTime

    public init(monotonic: MonotonicTime, wall: WallTime) {
        self.monotonic = monotonic
        self.wall = wall
    }
}

extension WallTime {
    func advanced(by duration: Duration) -> WallTime { WallTime(seconds: seconds + duration.seconds) }
}
