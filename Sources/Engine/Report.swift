// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Host
public import Inventory
public import Policy
public import Units

/// Everything that outsiders are told, as of one moment: what a scrape renders and `status` shows.
/// An immutable value that the engine swaps in, so that no reader waits for a poll or a growth.
public struct Report: Sendable, Hashable, Codable {
    public var hostKind: String
    public var version: String
    public var mode: Mode
    public var startedAt: WallTime
    /// Nil until the first look succeeded.
    public var snapshot: Snapshot?
    public var plan: Plan?
    public var polls = PollHealth()
    public var configuration = ConfigurationHealth()
    public var growths = GrowthRecord()
    /// What stands, in order of precedence.
    public var overrides: [Override] = []
    /// Alerts that came in since the start, by what came of them, and deliveries that could not be read.
    public var alerts: [AlertResult: UInt64] = [:]
    public var unreadableAlerts: UInt64 = 0
    /// Refused wishes since the start, counted when a refusal begins. Keyed by pool, then reason.
    public var refusals: [DeviceName: [Refusal.Reason: UInt64]] = [:]
    /// Since when wishes that are refused now have been.
    public var refusedSince: [VolumeIdentity: WallTime] = [:]
    /// Since the start, by part and kind: `devicemapper`/`failed`, `statfs`/`timeout`.
    public var errors: [ErrorKey: UInt64] = [:]

    public init(hostKind: String, version: String, mode: Mode, startedAt: WallTime) {
        self.hostKind = hostKind
        self.version = version
        self.mode = mode
        self.startedAt = startedAt
    }
}

public struct ErrorKey: Sendable, Hashable, Codable, Comparable {
    public var part: String
    public var kind: String

    public init(part: String, kind: String) {
        self.part = part
        self.kind = kind
    }

    public static func < (a: ErrorKey, b: ErrorKey) -> Bool { (a.part, a.kind) < (b.part, b.kind) }
}

/// How looking at the host goes.
public struct PollHealth: Sendable, Hashable, Codable {
    /// When the last look at everything that succeeded began.
    public var lastSuccess: WallTime?
    public var lastSucceeded = false
    public var lastError: String?
    /// Of whole looks, in seconds.
    public var durations = Histogram(bounds: Histogram.pollBounds)
    /// Of asking single filesystems for their usage, in seconds.
    public var usageTimes = Histogram(bounds: Histogram.usageBounds)
    /// Looks at single volumes between the whole ones.
    public var quickLooks: UInt64 = 0
    /// How often the loop has gone round, whether its looks succeeded or failed.
    public var rounds: UInt64 = 0
    /// Between two rounds at most, while nothing hinders them.
    public var interval = PollRules().interval

    public init() {}
}

public struct ConfigurationHealth: Sendable, Hashable, Codable {
    /// Where the rules came from; nil when there is no file and the defaults hold.
    public var file: String?
    public var lastReloadSucceeded = true
    public var lastReloadSuccess: WallTime?
    public var lastError: String?

    public init() {}
}

/// What was grown since the start.
public struct GrowthRecord: Sendable, Hashable, Codable {
    public var byPool: [DeviceName: PoolGrowths] = [:]
    /// Of whole growths, in seconds.
    public var durations = Histogram(bounds: Histogram.growthBounds)
    /// How long volumes were suspended, in seconds, by growths and by lengthening devices ahead of need.
    public var suspensions = Histogram(bounds: Histogram.suspensionBounds)
    /// Under way.
    public var running: [Order] = []
    /// The last ones, newest last, at most `GrowthRecord.kept`.
    public var recent: [FinishedGrowth] = []
    /// How many were ever among the last ones, so that a reader knows which of them are new to him.
    public var finished: UInt64 = 0

    /// How many finished growths are remembered.
    public static let kept = 100

    public init() {}
}

public struct PoolGrowths: Sendable, Hashable, Codable {
    public var done: UInt64 = 0
    public var failed: UInt64 = 0
    /// Devices made longer ahead of need.
    public var runways: UInt64 = 0
    /// What was added to filesystems.
    public var bytes: Bytes = .zero

    public init() {}
}

public struct FinishedGrowth: Sendable, Hashable, Codable {
    public var order: Order
    public var finishedAt: WallTime
    public var duration: Duration
    /// The filesystem's size afterwards.
    public var reached: Bytes
    /// Nil when it was done; else the step, and what went wrong.
    public var failure: String?
    /// How long the volume was suspended for it; nil when Headroom did not suspend it.
    public var suspended: Duration?
    /// Somebody waited for it, or it failed. That idle filesystems were made ready for a burst is none.
    public var isNews: Bool

    public init(
        order: Order, finishedAt: WallTime, duration: Duration, reached: Bytes, failure: String?, isNews: Bool = true
    ) {
        self.order = order
        self.finishedAt = finishedAt
        self.duration = duration
        self.reached = reached
        self.failure = failure
        self.isNews = isNews
    }
}
