// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine

/// Prometheus' text format, 0.0.4 and 1.0.0. A family without series is left out; no series has a timestamp.
struct TextWriter: MetricWriter {
    private(set) var bytes: [UInt8] = []
    private var name: [UInt8] = []
    /// The family, until its first series is there.
    private var heading: MetricFamily?

    mutating func begin(_ family: MetricFamily) {
        name = Array(family.name.utf8)
        heading = family
    }

    mutating func write(_ labels: LabelSet, _ value: MetricValue) {
        writeHeading()
        bytes.append(series: name, "", labels)
        bytes.append(value)
    }

    mutating func write(_ histogram: Histogram) {
        writeHeading()
        bytes.append(histogram, named: name)
    }

    private mutating func writeHeading() {
        guard let family = heading else { return }
        heading = nil
        bytes.append(contentsOf: "# HELP \(family.name) ".utf8)
        bytes.append(escaping: family.help, quotes: false)
        // It knows no info: such a series is a gauge that is always 1.
        let type = family.type == .info ? MetricType.gauge : family.type
        bytes.append(contentsOf: "\n# TYPE \(family.name) \(type.rawValue)\n".utf8)
    }
}
