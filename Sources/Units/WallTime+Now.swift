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
        let milliseconds = Int((seconds - seconds.rounded(.down)) * 1000)
        return secondsText + ".\(String(1000 + min(max(milliseconds, 0), 999)).dropFirst())Z"
    }

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
