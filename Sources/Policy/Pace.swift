// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Inventory
public import Units

/// How fast something fills, for forecasts: over the last minutes and over the last hour, so that a writer who has just
/// begun counts as much as one who has been at it all day. What is freed counts against what is written.
///
/// Decisions do not rest on it: the burst guarantee reckons with the fastest fill, not with a mean.
public struct Pace: Sendable, Hashable, Codable {
    private var lately = FadingMean(over: .seconds(300))
    private var longer = FadingMean(over: .seconds(3600))
    private var last: Mark?

    private struct Mark: Sendable, Hashable, Codable {
        var used: Bytes
        var at: MonotonicTime
    }

    /// Shorter than this it says nothing.
    static let shortest = Duration.seconds(60)
    /// What is further away is no forecast but a guess.
    static let furthest = Duration.seconds(365 * 86_400)

    public init() {}

    /// Takes in what is used at `now`.
    mutating func absorb(_ used: Bytes, at now: MonotonicTime) {
        guard let before = last else {
            last = Mark(used: used, at: now)
            return
        }
        let elapsed = now.since(before.at)
        guard elapsed > .zero else { return }
        last = Mark(used: used, at: now)
        let change = used >= before.used ? Double(used.less(before.used).count) : -Double(before.used.less(used).count)
        lately.absorb(change / elapsed.seconds, for: elapsed)
        longer.absorb(change / elapsed.seconds, for: elapsed)
    }

    /// What is used has changed otherwise than by writers: the next look is compared with this one.
    mutating func restart(from used: Bytes, at now: MonotonicTime) { last = Mark(used: used, at: now) }

    /// When `room` will be filled, at the faster of the two paces. Nil while nothing fills it, after less than a minute of
    /// looking, and beyond a year.
    public func time(toFill room: Bytes) -> Duration? {
        guard longer.span >= Pace.shortest else { return nil }
        let rate = ByteRate(bytesPerSecond: max(lately.value, longer.value))
        guard let time = rate.time(toFill: room), time <= Pace.furthest else { return nil }
        return time
    }
}

/// How fast a pool's data and metadata fill.
struct PoolPaces: Sendable, Hashable, Codable {
    private(set) var data = Pace()
    private(set) var metadata = Pace()

    mutating func absorb(_ pool: Pool, at time: MonotonicTime) {
        if let used = pool.dataUsed { data.absorb(used, at: time) }
        if let used = pool.metadataUsed { metadata.absorb(used, at: time) }
    }
}

/// A mean in which what was long ago counts less and less.
private struct FadingMean: Sendable, Hashable, Codable {
    private(set) var value = 0.0
    /// For how long it has been fed.
    private(set) var span = Duration.zero
    /// After so long what was taken in counts a third.
    private let constant: Duration

    init(over constant: Duration) { self.constant = constant }

    mutating func absorb(_ sample: Double, for duration: Duration) {
        span += duration
        // Of all the weight that there is so far, what this stretch of time has.
        let weight = -expm1(-duration.seconds / constant.seconds) / -expm1(-span.seconds / constant.seconds)
        value += (sample - value) * weight
    }
}
