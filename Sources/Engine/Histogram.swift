// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Counts of observations by size, cumulative when exposed.
public struct Histogram: Sendable, Hashable, Codable {
    /// Upper bounds, ascending; one more bucket follows for what is beyond the last.
    public let bounds: [Double]
    /// How many fell into each bucket, not cumulative; one more than `bounds`.
    public private(set) var counts: [UInt64]
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    public var count: UInt64 { counts.reduce(0, +) }

    public mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// Seconds: a look takes some milliseconds, or as long as its slowest deadline.
    public static let pollBounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    /// Seconds: statfs answers from memory, unless something below hangs.
    public static let usageBounds = [0.000_01, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5]
    /// Seconds: a resume that neither freezes nor flushes takes under a millisecond, and parts of a second under load.
    public static let suspensionBounds = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
    /// Seconds: an ioctl takes milliseconds, a large ext4 growth many seconds.
    public static let growthBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
}
