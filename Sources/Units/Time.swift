// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A moment on the host's monotonic clock (CLOCK_MONOTONIC, or a simulation's). All durations are reckoned on it.
public struct MonotonicTime: Hashable, Comparable, Sendable, Codable {
    public let nanoseconds: UInt64

    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    public static let zero = MonotonicTime(nanoseconds: 0)

    public static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// How long ago `earlier` was; zero when it was not earlier.
    public func since(_ earlier: MonotonicTime) -> Duration {
        nanoseconds > earlier.nanoseconds ? .nanoseconds(Int64(clamping: nanoseconds - earlier.nanoseconds)) : .zero
    }

    public func advanced(by duration: Duration) -> MonotonicTime {
        let delta = duration.nanosecondsClamped
        if delta >= 0 { return MonotonicTime(nanoseconds: nanoseconds &+ UInt64(delta)) }
        let back = UInt64(delta.magnitude)
        return MonotonicTime(nanoseconds: nanoseconds > back ? nanoseconds - back : 0)
    }
}

/// A moment on the wall clock, for people only: it may jump.
public struct WallTime: Hashable, Comparable, Sendable, Codable {
    /// Since 1970-01-01T00:00:00Z.
    public let seconds: Double

    public init(seconds: Double) { self.seconds = seconds }

    public static func < (a: WallTime, b: WallTime) -> Bool { a.seconds < b.seconds }
}

extension Duration {
    public var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// Whole nanoseconds, at most some 292 years either way.
    public var nanosecondsClamped: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, past) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return past ? (seconds < 0 ? .min : .max) : sum
    }

    /// `50ms`, `1.5s`, `10m`, `2h`, `3d`: the largest unit that it fills.
    public var text: String {
        let seconds = self.seconds
        switch abs(seconds) {
        case 0: return "0s"
        case ..<0.001: return (seconds * 1e6).text(decimals: 0) + "us"
        case ..<1: return (seconds * 1e3).text(decimals: seconds < 0.01 ? 1 : 0) + "ms"
        case ..<120: return seconds.text(decimals: 1) + "s"
        case ..<7200: return (seconds / 60).text(decimals: 1) + "m"
        case ..<172_800: return (seconds / 3600).text(decimals: 1) + "h"
        default: return (seconds / 86_400).text(decimals: 1) + "d"
        }
    }

    /// Reads `15s`, `50ms`, `10m`, `2h`, `1d`, `1.5s`, `0`. Nil for anything else: a sign, no unit, an unknown one.
    public init?(text: String) {
        let text = text.trimmed()
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let amount = Double(digits), amount.isFinite, digits.first != ".", digits.last != "." else { return nil }
        let unit: Double
        switch text.dropFirst(digits.count) {
        case "ms": unit = 0.001
        case "s": unit = 1
        case "m": unit = 60
        case "h": unit = 3600
        case "d": unit = 86_400
        case "" where amount == 0: unit = 1
        default: return nil
        }
        guard amount * unit < 3.2e9 else { return nil }
        self = .seconds(amount * unit)
    }
}
