// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import Units

@Suite struct MomentTests {
    @Test func `Every millisecond that is written reads back as itself`() {
        let seed = UInt64.random(in: 0 ... .max)
        print("MomentTests: seed \(seed)")
        var state = seed
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let moment = WallTime(milliseconds: Int64(state >> 24) % 253_402_300_800_000)
            #expect(WallTime(iso8601: moment.iso8601) == moment, "seed \(seed): \(moment.iso8601)")
            #expect(WallTime(milliseconds: moment.milliseconds) == moment)
        }
    }

    @Test(arguments: [
        ("2026-01-31T12:00:00Z", 1_769_860_800.0), ("2026-01-31", 1_769_817_600), ("1970-01-01", 0),
        ("2026-01-31T12:00:00.250Z", 1_769_860_800.25), ("2024-02-29", 1_709_164_800),
    ])
    func `Moments and days are read`(text: String, seconds: Double) {
        #expect(WallTime(iso8601: text) == WallTime(seconds: seconds))
    }

    @Test(arguments: [
        "", "2026", "2026-01", "2026-1-31", "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "1969-12-31",
        "2026-01-31T", "2026-01-31T12:00:00", "2026-01-31T12:00Z", "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z",
        "2026-01-31T12:00:61Z", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00+00", "2026-01-3１", "2026-01-31T12:00:00Z ",
        "2026-01-31 12:00:00Z", " 2026-01-31", "2026-01-31Z", "２０２６-01-31", "-026-01-31",
    ])
    func `What is no moment is not taken for one`(text: String) {
        #expect(WallTime(iso8601: text) == nil)
    }

    @Test func `Before 1970 there are moments too`() {
        #expect(WallTime(milliseconds: -1).iso8601 == "1969-12-31T23:59:59.999Z")
        #expect(WallTime(milliseconds: -1000).iso8601 == "1969-12-31T23:59:59.000Z")
    }
}
