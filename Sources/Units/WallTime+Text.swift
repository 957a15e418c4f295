// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension WallTime {
    /// Reads a moment, to the millisecond, and a day alone, which begins at midnight of UTC: `2026-01-31`. Nil for anything
    /// else, and before 1970.
    public init?(iso8601 text: String) {
        let isDay = text.utf8.count == 10
        guard let moment = WallTime(rfc3339: isDay ? text + "T00:00:00Z" : text) else { return nil }
        self.init(milliseconds: moment.milliseconds)
    }
}
