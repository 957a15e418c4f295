// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
// Whole-module builds count timespec as this module's (Swift 6.3).
import SwiftOverlayShims

extension WallTime {
    /// CLOCK_REALTIME.
    public static func now() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(seconds: Double(time.tv_sec) + Double(time.tv_nsec) / 1e9)
    }

    /// UTC, to the millisecond: `2026-01-31T12:00:00.123Z`.
    public var iso8601: String {
        let all = milliseconds
        let rest = all - all.flooredThousands * 1000
        return WallTime(seconds: Double(all.flooredThousands)).secondsText + ".\(String(1000 + rest).dropFirst())Z"
    }

    /// Since 1970-01-01T00:00:00Z, the nearest.
    public var milliseconds: Int64 { Int64((min(max(seconds, -1e14), 1e14) * 1000).rounded()) }

    public init(milliseconds: Int64) { self.init(seconds: Double(milliseconds) / 1000) }

    /// UTC, to the second: `2026-01-31T12:00:00Z`.
    public var iso8601Seconds: String { secondsText + "Z" }

    private var secondsText: String {
        var seconds = time_t(self.seconds.rounded(.down))
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ n: Int32) -> String { n < 10 ? "0\(n)" : "\(n)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
            + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }
}

extension Int64 {
    fileprivate var flooredThousands: Int64 { self >= 0 ? self / 1000 : (self - 999) / 1000 }
}
