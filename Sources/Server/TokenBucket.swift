// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import WebConfiguration

/// So many at once, and then one each interval.
struct TokenBucket {
    private let limit: WebConfiguration.RateLimit
    private var tokens: Double
    private var filled: ContinuousClock.Instant

    init(_ limit: WebConfiguration.RateLimit, at now: ContinuousClock.Instant = .now) {
        self.limit = limit
        tokens = Double(limit.burst)
        filled = now
    }

    mutating func take(at now: ContinuousClock.Instant) -> Bool {
        tokens = min(tokens + (now - filled) / limit.interval, Double(limit.burst))
        filled = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
