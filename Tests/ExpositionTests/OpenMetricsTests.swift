// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Testing
import Units

@testable import Exposition

struct OpenMetricsTests {
    private static let text = String(decoding: HostileHost.scrape(as: .openMetrics), as: UTF8.self)
    private static let lines = text.split(separator: "\n").map(String.init)

    @Test func `Counters and histograms end as they must, and say since when they count`() {
        #expect(Self.lines.contains("# TYPE headroom_quick_looks counter"))
        #expect(Self.lines.contains("headroom_quick_looks_total 0"))
        #expect(Self.lines.contains("headroom_quick_looks_created 1700000000"))
        #expect(Self.lines.contains("# TYPE headroom_growth_duration_seconds histogram"))
        #expect(Self.lines.contains("# UNIT headroom_growth_duration_seconds seconds"))
        #expect(Self.lines.contains("headroom_growth_duration_seconds_bucket{le=\"1.0\"} 1"))
        #expect(Self.lines.contains("headroom_growth_duration_seconds_bucket{le=\"+Inf\"} 2"))
        #expect(Self.lines.contains("headroom_growth_duration_seconds_created 1700000000"))
    }

    @Test func `What only tells what something is has the type info`() {
        #expect(Self.lines.contains("# TYPE headroom_build info"))
        #expect(Self.lines.contains { $0.hasPrefix("headroom_build_info{version=") && $0.hasSuffix(" 1") })
    }

    @Test func `Every family whose name ends with a unit says so`() {
        for family in MetricFamily.all {
            let stem = family.type == .counter ? String(family.name.dropLast("_total".count)) : family.name
            let ending = MetricUnit.allCases.first { stem.hasSuffix("_" + $0.rawValue) }
            #expect(family.unit == ending, "\(family.name)")
        }
    }

    @Test func `It ends with its mark, once`() {
        #expect(Self.text.hasSuffix("\n# EOF\n"))
        #expect(Self.lines.count { $0 == "# EOF" } == 1)
    }

    @Test func `Every family of the text format is there, under its own name or without its ending`() {
        for family in MetricFamily.all where !HostileHost.absent.contains(family.name) {
            let stem =
                switch family.type {
                case .counter: String(family.name.dropLast("_total".count))
                case .info: String(family.name.dropLast("_info".count))
                case .gauge, .histogram: family.name
                }
            #expect(Self.lines.contains("# TYPE \(stem) \(family.type.rawValue)"), "\(family.name)")
        }
    }
}
