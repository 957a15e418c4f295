// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Units

/// OpenMetrics 1.0.0 (prometheus/OpenMetrics, specification/OpenMetrics.md), without the closing `# EOF`. A family without
/// series is left out; no series has a timestamp.
struct OpenMetricsWriter: MetricWriter {
    private(set) var bytes: [UInt8] = []
    /// Since when counters and histograms count, in seconds; they say so.
    private let created: [UInt8]
    private var type = MetricType.gauge
    /// The family's name without what its type puts behind it.
    private var name: [UInt8] = []
    /// The family, until its first series is there.
    private var heading: MetricFamily?

    /// What stands behind the last family.
    static let end = Array("# EOF\n".utf8)

    init(countingSince created: WallTime) {
        var text: [UInt8] = []
        text.append(real: created.seconds)
        self.created = text
    }

    mutating func begin(_ family: MetricFamily) {
        type = family.type
        name = Array(family.stem.utf8)
        heading = family
    }

    mutating func write(_ labels: LabelSet, _ value: MetricValue) {
        writeHeading()
        bytes.append(series: name, type.suffix, labels)
        bytes.append(value)
        if type == .counter { writeCreated(labels) }
    }

    mutating func write(_ histogram: Histogram) {
        writeHeading()
        bytes.append(histogram, named: name)
        writeCreated(.none)
    }

    private mutating func writeCreated(_ labels: LabelSet) {
        bytes.append(series: name, "_created", labels)
        bytes.append(UInt8(ascii: " "))
        bytes.append(contentsOf: created)
        bytes.append(UInt8(ascii: "\n"))
    }

    private mutating func writeHeading() {
        guard let family = heading else { return }
        heading = nil
        bytes.append(contentsOf: "# TYPE \(family.stem) \(family.type.rawValue)\n".utf8)
        if let unit = family.unit { bytes.append(contentsOf: "# UNIT \(family.stem) \(unit.rawValue)\n".utf8) }
        bytes.append(contentsOf: "# HELP \(family.stem) ".utf8)
        bytes.append(escaping: family.help, quotes: true)
        bytes.append(UInt8(ascii: "\n"))
    }
}

extension MetricFamily {
    /// What OpenMetrics calls the family: without what its type puts behind every series of it.
    fileprivate var stem: String { String(name.dropLast(type.suffix.count)) }
}

extension MetricType {
    /// What OpenMetrics has at the end of each series' name.
    fileprivate var suffix: String {
        switch self {
        case .counter: "_total"
        case .info: "_info"
        case .gauge, .histogram: ""
        }
    }
}
