// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
public import Host
public import Inventory
public import Units

/// What the policy remembers between looks: how fast volumes fill, what was granted, how growths went.
public struct History: Sendable, Hashable, Codable {
    private var volumes: [VolumeIdentity: VolumeHistory] = [:]
    /// The fastest fill that any filesystem of a pool has shown.
    private(set) var fastestFills: [DeviceName: ByteRate] = [:]
    /// How fast each pool fills.
    private(set) var paces: [DeviceName: PoolPaces] = [:]
    /// Of growths that Headroom carries out itself.
    public private(set) var reaction = Reaction()
    /// Of those that LXD or Incus carries out whole, at the moment of need: nothing of them can be done ahead.
    public private(set) var instanceReaction = Reaction(growth: .seconds(2), longest: .seconds(10))
    /// Volumes that were grown and whose devices are to come back at their length, those that are not there too.
    public var kept: Set<VolumeIdentity> = []

    public init() {}

    public subscript(volume: VolumeIdentity) -> VolumeHistory { volumes[volume] ?? VolumeHistory() }

    /// Takes in a look at these volumes: rates from what was used before and is used now.
    public mutating func absorb(_ looked: some Sequence<Volume>) {
        for volume in looked {
            let rate = volumes[volume.identity, default: VolumeHistory()].absorb(volume)
            guard let rate else { continue }
            fastestFills[volume.poolName] = max(fastestFills[volume.poolName] ?? .zero, min(rate, Limits.fastestFill))
        }
    }

    /// Takes in what is used of the pools at a look.
    public mutating func absorb(_ pools: some Sequence<Pool>, at time: MonotonicTime) {
        for pool in pools { paces[pool.name, default: PoolPaces()].absorb(pool, at: time) }
    }

    /// Forgets what is not in the snapshot any more.
    public mutating func forgetAbsent(from snapshot: Snapshot) {
        let present = Set(snapshot.volumes.map(\.identity))
        volumes = volumes.filter { present.contains($0.key) || $0.value.running != nil }
        let pools = Set(snapshot.pools.map(\.name))
        fastestFills = fastestFills.filter { pools.contains($0.key) }
        paces = paces.filter { pools.contains($0.key) }
    }

    /// The size at which an earlier run first saw the filesystem: what is beyond it was granted.
    public mutating func recallBirth(of volume: VolumeIdentity, size: Bytes) {
        if volumes[volume]?.birthSize == nil { volumes[volume, default: VolumeHistory()].birthSize = size }
    }

    public mutating func began(_ order: Order) {
        volumes[order.volume, default: VolumeHistory()].running = order
    }

    /// A growth has ended after so long a time from its order.
    /// `failure` is what went wrong, if something did.
    public mutating func ended(
        _ order: Order, failure: String?, reached: Bytes, took duration: Duration, now: MonotonicTime
    ) {
        volumes[order.volume, default: VolumeHistory()].ended(order, failure: failure, reached: reached, now: now)
        // A runway is made ahead of need: nobody waits for it.
        guard failure == nil, order.to > order.from else { return }
        let underLoad = self[order.volume].rate > .zero
        if case .byInstance = order.lasting {
            // With a device that was long enough it was one ioctl.
            if order.deviceTo > order.deviceFrom { instanceReaction.absorb(growth: duration, underLoad: underLoad) }
        } else {
            reaction.absorb(growth: duration, underLoad: underLoad)
        }
    }

    /// Bounds on what is believed and remembered.
    public enum Limits {
        /// The fastest fill that is reckoned with: beyond it is not writing but reserving (fallocate).
        public static let fastestFill = ByteRate(.gibibytes(2), per: .seconds(1))
        /// Looks closer together than this say nothing about a rate.
        public static let shortestSample = Duration.milliseconds(20)
        /// After so many failures in a row the time between tries does not get longer.
        static let longestBackoffDoublings = 9
        /// What is told of a failure.
        static let failureCharacters = 500
    }
}

/// What is remembered of one volume.
public struct VolumeHistory: Sendable, Hashable, Codable {
    /// The filesystem's size when it was first seen.
    public fileprivate(set) var birthSize: Bytes?
    /// How fast it fills now, over its last looks.
    public private(set) var rate = ByteRate.zero
    /// How fast it fills in the long run.
    public private(set) var pace = Pace()
    /// It was idle at the look before the last one, and is not any more.
    public private(set) var hasJustBegun = false
    public fileprivate(set) var running: Order?
    public private(set) var lastGrowth: MonotonicTime?
    /// When the last growth ended, however it went: a look from before it says nothing.
    private(set) var lastAttempt: MonotonicTime?
    public private(set) var failures = 0
    /// What went wrong with the last growth, at most `History.Limits.failureCharacters` of it.
    private(set) var lastFailure: String?
    /// After a failure: not before.
    public private(set) var retryAt: MonotonicTime?
    /// What the filesystem had when that was last read, or what a growth since then has given it.
    private var knownSize: Bytes?
    private var lastUsed: Bytes?
    private var lastSize: Bytes?
    private var lastLook: MonotonicTime?

    init() {}

    /// Granted by growth so far: what the filesystem has, or is getting, beyond its birth.
    func granted(size: Bytes) -> Bytes {
        max(size, running?.to ?? .zero).less(birthSize ?? size)
    }

    /// What counts in sums of sizes: only the filesystem lets anyone write, a longer device is a runway. The device where the
    /// filesystem was never read.
    func size(of volume: Volume) -> Bytes {
        guard let told = volume.filesystemSize else { return knownSize ?? volume.size }
        return isOutdated(volume) ? max(told, knownSize ?? told) : told
    }

    /// It was looked at before its last growth ended.
    private func isOutdated(_ volume: Volume) -> Bool { lastAttempt.map { volume.seenAt <= $0 } ?? false }

    /// Takes in a look; gives the rate it showed, if it is one to learn from.
    mutating func absorb(_ volume: Volume) -> ByteRate? {
        if let size = volume.filesystemSize, !isOutdated(volume) { knownSize = size }
        // None gets smaller while it is mounted: another one has its device's name and thin id now.
        if let size = volume.filesystem?.geometry?.size { birthSize = min(birthSize ?? size, size) }
        guard let usage = volume.usage, !volume.isDoubtful else { return nil }
        guard let used = lastUsed, let size = lastSize, let look = lastLook else {
            remember(usage, at: volume.seenAt)
            pace.restart(from: usage.used, at: volume.seenAt)
            return nil
        }
        let elapsed = volume.seenAt.since(look)
        guard elapsed >= History.Limits.shortestSample else { return nil }
        remember(usage, at: volume.seenAt)
        let written = usage.used.less(used)
        hasJustBegun = rate == .zero && written > .zero
        // A growth changes what the filesystem itself uses.
        guard size == usage.size else {
            pace.restart(from: usage.used, at: volume.seenAt)
            return nil
        }
        pace.absorb(usage.used, at: volume.seenAt)
        let shown = ByteRate(written, per: elapsed)
        // Rises at once, falls by half with each look that shows less.
        rate = max(shown, ByteRate(bytesPerSecond: rate.bytesPerSecond / 2 < 1 ? 0 : rate.bytesPerSecond / 2))
        return shown
    }

    private mutating func remember(_ usage: FilesystemUsage, at time: MonotonicTime) {
        lastUsed = usage.used
        lastSize = usage.size
        lastLook = time
    }

    mutating func ended(_ order: Order, failure: String?, reached: Bytes, now: MonotonicTime) {
        running = nil
        knownSize = max(reached, knownSize ?? .zero)
        lastAttempt = now
        lastFailure = failure.map { String($0.prefix(History.Limits.failureCharacters)) }
        if failure == nil {
            failures = 0
            retryAt = nil
            if order.to > order.from { lastGrowth = now }
        } else {
            let doublings = min(failures, History.Limits.longestBackoffDoublings)
            failures += 1
            retryAt = now.advanced(by: .seconds(1) * (1 << doublings))
        }
    }
}

/// How long a filesystem has to hold out by itself: the time between two looks at an idle one, and a growth under load.
public struct Reaction: Sendable, Hashable, Codable {
    /// A growth as measured here, the slowest lately; until one was, what was seen under a burst elsewhere.
    public private(set) var growth: Duration
    /// Growths that take longer (hundreds of gigabytes of ext4) are not the ones that the burst guarantee waits for.
    private let longest: Duration

    init(growth: Duration = .milliseconds(500), longest: Duration = .seconds(2)) {
        self.growth = growth
        self.longest = longest
    }

    /// An idle filesystem with no more than the burst guarantee is looked at this often.
    public static let idleLook = Duration.milliseconds(250)

    /// With half as much again as margin.
    public var total: Duration { Reaction.idleLook + growth * 3 / 2 }

    /// Slower growths count at once. Faster ones bit by bit, only those beside a writer, and never below a tenth of a second.
    mutating func absorb(growth duration: Duration, underLoad: Bool) {
        let faded = underLoad ? growth * 3 / 4 : growth
        growth = min(max(duration, faded, .milliseconds(100)), longest)
    }
}
