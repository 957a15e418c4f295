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
}
