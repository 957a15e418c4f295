// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Testing

@testable import Exposition

/// docs/metrics.md against the table that the daemon writes from.
struct MetricsPageTests {
    private struct Row: Hashable {
        var name, type, unit, labels, help: String
    }

    /// The cells of every table row whose first cell is in backticks, without the backticks of the first.
    private static func rows(columns: Int) throws -> [[String]] {
        let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/docs/metrics.md"
        return try Promtool.read(path).split(separator: "\n").compactMap { line in
            guard line.hasPrefix("| `") else { return nil }
            let cells = line.dropFirst(2).dropLast(2).split(separator: " | ", omittingEmptySubsequences: false).map(String.init)
            return cells.count == columns ? [cells[0].filter { $0 != "`" }] + cells.dropFirst() : nil
        }
    }

    @Test func `The page and the table name the same metrics, with the same type, unit, labels and meaning`() throws {
        let written = try Self.rows(columns: 6).map { cells in
            Row(name: cells[0], type: cells[1], unit: cells[2], labels: cells[3].filter { $0 != "`" }, help: cells[4])
        }
        let known = MetricFamily.all.map { family in
            Row(
                name: family.name, type: family.type.rawValue,
                unit: family.unit.map { $0 == .bytesPerSecond ? "bytes per second" : $0.rawValue } ?? "",
                labels: family.labels.joined(separator: ", "), help: family.help)
        }
        #expect(written.count == known.count)
        for family in known where !written.contains(family) {
            Issue.record("docs/metrics.md lacks, or tells otherwise: \(family)")
        }
        for row in written where !known.contains(row) { Issue.record("docs/metrics.md has what is not so: \(row)") }
    }

    @Test func `The page lists every reason of a refusal`() throws {
        let written = try Self.rows(columns: 3).map { $0[0] }
        #expect(Set(written) == Set(Refusal.Reason.allCases.map(\.rawValue)))
        #expect(written.count == Refusal.Reason.allCases.count)
    }

    @Test(.enabled(if: Promtool.isInstalled, "promtool comes with Debian's package `prometheus`"))
    func `Every example on the page is a query that Prometheus takes, about its own metric`() throws {
        var rules = "groups:\n- name: examples\n  rules:\n"
        let rows = try Self.rows(columns: 6)
        try #require(!rows.isEmpty)
        for cells in rows {
            let query = cells[5].filter { $0 != "`" }
            #expect(query.contains(cells[0]), "\(cells[0])")
            rules += "  - record: example:\(cells[0])\n    expr: '\(query)'\n"
        }
        let result = try Promtool.check(rules: Array(rules.utf8))
        #expect(result.isClean, "\(result.output)")
    }

    @Test func `A metric's name ends as its type and unit ask, and its help says something`() {
        for family in MetricFamily.all {
            var name = family.name[...]
            #expect(name.hasSuffix("_total") == (family.type == .counter), "\(family.name)")
            if family.type == .counter { name = name.dropLast("_total".count) }
            if let unit = family.unit { #expect(name.hasSuffix("_" + unit.rawValue), "\(family.name)") }
            #expect(family.help.hasSuffix("."), "\(family.name)")
        }
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
    }
}
