// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Owners
public import Units

/// Everything the configuration file says, checked. What it leaves out has the values here.
public struct Rules: Hashable, Sendable, Codable {
    public var mode: Mode = .observe
    public var poll = PollRules()
    /// The first that matches a pool holds for it.
    public var pools: [PoolRule] = []
    /// The first that matches a volume holds for it.
    public var volumes: [VolumeRule] = []
    /// Run before the device of a volume without a known owner gets longer. Nil: nobody is told.
    public var plainHook: OwnerHook?
    /// The first that matches an alert says what it sets. One that none matches changes nothing.
    public var alerts: [AlertRule] = []
    /// Where the history is written a second time. Nil: nowhere.
    public var audit: AuditLog?

    public init() {}

    /// The rule for a volume that no other matches.
    public static let fallback = VolumeRule(name: "default")
}

/// Whether a volume is grown, only reckoned about, or left out.
public enum Mode: String, Hashable, Sendable, Codable, CaseIterable { case observe, enforce, off }

public struct PollRules: Hashable, Sendable, Codable {
    /// Between two looks at everything: 1 s ... 1 h.
    public var interval: Duration = .seconds(15)
    /// Between two looks at a volume that is about to fill: 10 ms ... the interval.
    public var fastest: Duration = .milliseconds(50)

    public init() {}
}

public struct PoolRule: Hashable, Sendable, Codable {
    public var match: Glob = Glob("*")
    /// Shares of the pool that are never granted. Nil: 10 %, and for data on Docker's pools its own minimum plus 5 points.
    public var dataReserve: Ratio?
    public var metadataReserve: Ratio?
    /// Bytes a second that a filesystem of this pool is taken to fill at, until a faster one was seen.
    public var assumedFillRate: ByteRate = PoolRule.assumedFillRate
    /// The most that the sum of volume sizes may be, as a multiple of the pool. Nil: no limit.
    public var overcommitLimit: Ratio?

    public init() {}

    public static let assumedFillRate = ByteRate(.mebibytes(256), per: .seconds(1))
    public static let defaultReserve = Ratio.percent(10)
    /// Added to Docker's own minimum, below which pull, build and run fail.
    public static let dockerReserveMargin = Ratio.percent(5)
}

public struct VolumeRule: Hashable, Sendable, Codable {
    public var name: String
    public var match = VolumeMatch()
    /// Nil: the mode of the whole.
    public var mode: Mode?
    /// Act when used reaches this share of the size: above 0, at most 100 %.
    public var threshold: Ratio = .percent(80)
    /// Grow so that used is this share afterwards: above 0, below the threshold.
    public var target: Ratio = .percent(60)
    public var minimumStep: Bytes = .mebibytes(256)
    public var maximumStep: Bytes = .gibibytes(50)
    public var minimumSize: Bytes?
    public var maximumSize: Bytes?
    /// An override says so, not the rule.
    var maximumSizeIsPinned = false
    /// The most of the pool's data that one volume may take.
    public var maximumShare: Ratio = .percent(50)
    /// Between two growths of one volume.
    public var cooldown: Duration = .zero

    public init(name: String) { self.name = name }

    /// The highest target for a threshold when none is said: three quarters of it, as 60 % are of 80 %.
    public static func target(below threshold: Ratio) -> Ratio { Ratio(threshold.value * 0.75) ?? threshold }
}

/// What a volume rule is for. Each glob may be left out; all that are there must match.
public struct VolumeMatch: Hashable, Sendable, Codable {
    public var owner: Glob?
    public var container: Glob?
    public var image: Glob?
    public var volume: Glob?
    public var pool: Glob?
    /// LVM's volume group, logical volume, and any one of the tags of either.
    public var volumeGroup: Glob?
    public var logicalVolume: Glob?
    public var tag: Glob?
    public var labels: [String: Glob] = [:]

    public init() {}
}
