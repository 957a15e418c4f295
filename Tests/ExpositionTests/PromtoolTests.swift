// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Inventory
import Owners
import Policy
import Testing
import Units

@testable import Exposition

@Suite(.enabled(if: Promtool.isInstalled, "promtool comes with Debian's package `prometheus`"))
struct PromtoolTests {
    @Test func `promtool finds nothing in a report whose every name is hostile`() throws {
        let all = HostileHost.scrape(as: .prometheus)
        let result = try Promtool.check(metrics: all)
        #expect(result.isClean && result.output.isEmpty, "\(result.output)")
        let text = String(decoding: all, as: UTF8.self)
        for family in MetricFamily.all where !HostileHost.absent.contains(family.name) {
            let type = family.type == .info ? "gauge" : family.type.rawValue
            #expect(text.contains("# TYPE \(family.name) \(type)\n"), "\(family.name) was not checked")
        }
    }

    @Test func `promtool finds nothing before the first look`() throws {
        let report = Report(hostKind: "linux", version: "1", mode: .observe, startedAt: WallTime(seconds: 1))
        let result = try Promtool.check(metrics: SampleHost.text(report))
        #expect(result.isClean && result.output.isEmpty, "\(result.output)")
    }

    /// So that a finding above would be seen at all.
    @Test func `promtool finds a name that it dislikes`() throws {
        let result = try Promtool.check(metrics: Array("# TYPE a_total gauge\na_total 1\n".utf8))
        #expect(!result.isClean)
    }
}
