// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import Units

struct WallTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0.0), ("2026-01-31T12:00:00Z", 1_769_860_800), ("2026-01-31T12:00:00.5z", 1_769_860_800.5),
        ("2026-01-31T14:00:00.123456789+02:00", 1_769_860_800.123_456_8), ("2026-01-31t08:30:00-03:30", 1_769_860_800),
        ("2024-02-29T00:00:00Z", 1_709_164_800), ("2016-12-31T23:59:60Z", 1_483_228_800),
    ])
    func `Moments read as RFC 3339 has them`(text: String, seconds: Double) throws {
        let time = try #require(WallTime(rfc3339: text))
        #expect(abs(time.seconds - seconds) < 1e-6)
    }

    @Test(arguments: [
        "", "Z", "2026", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31 12:00:00Z", "2026-1-31T12:00:00Z",
        "2026-13-01T12:00:00Z", "2026-02-30T12:00:00Z", "2023-02-29T00:00:00Z", "2026-01-00T12:00:00Z", "2026-01-31T24:00:00Z",
        "2026-01-31T12:60:00Z", "2026-01-31T12:00:61Z", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00+2:00",
        "2026-01-31T12:00:00+0200", "2026-01-31T12:00:00Zx", "0001-01-01T00:00:00Z", "-026-01-31T12:00:00Z",
        "1970-01-01T00:00:00+01:00", "٢٠٢٦-01-31T12:00:00Z",
    ])
    func `What is none is not read`(text: String) { #expect(WallTime(rfc3339: text) == nil) }

    @Test func `What is written reads back`() throws {
        let time = WallTime(seconds: 1_769_860_799.25)
        #expect(WallTime(rfc3339: time.iso8601) == time)
    }
}
