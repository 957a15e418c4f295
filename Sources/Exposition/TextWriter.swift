// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine

/// Prometheus' text format 0.0.4. A family without series is left out; no series has a timestamp.
struct TextWriter: MetricWriter {
    private(set) var bytes: [UInt8] = []
    private var name: [UInt8] = []
    /// The family's `# HELP` and `# TYPE`, until its first series is there.
    private var heading: MetricFamily?

    /// Forgets what was written and keeps the room for it.
    mutating func clear() { bytes.removeAll(keepingCapacity: true) }

    mutating func begin(_ family: MetricFamily) {
        name = Array(family.name.utf8)
        heading = family
    }

    mutating func write(_ labels: LabelSet, _ value: MetricValue) {
        writeHeading()
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: labels.text)
        finishLine(value)
    }

    mutating func write(_ histogram: Histogram) {
        writeHeading()
        var cumulative: UInt64 = 0
        for (index, count) in histogram.counts.enumerated() {
            cumulative += count
            let bound = index < histogram.bounds.count ? histogram.bounds[index] : .infinity
            var text: [UInt8] = []
            text.append(real: bound)
            writeName("_bucket")
            bytes.append(contentsOf: LabelSet([Label("le", String(decoding: text, as: UTF8.self))]).text)
            finishLine(.integer(cumulative))
        }
        writeName("_sum")
        finishLine(.real(histogram.sum))
        writeName("_count")
        finishLine(.integer(cumulative))
    }

    private mutating func writeName(_ suffix: String) {
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: suffix.utf8)
    }

    private mutating func writeHeading() {
        guard let family = heading else { return }
        heading = nil
        bytes.append(contentsOf: "# HELP \(family.name) ".utf8)
        bytes.append(escaping: family.help, quotes: false)
        bytes.append(contentsOf: "\n# TYPE \(family.name) \(family.type.rawValue)\n".utf8)
    }

    private mutating func finishLine(_ value: MetricValue) {
        bytes.append(UInt8(ascii: " "))
        switch value {
        case .integer(let integer): bytes.append(decimal: integer)
        case .real(let real): bytes.append(real: real)
        }
        bytes.append(UInt8(ascii: "\n"))
    }
}

extension [UInt8] {
    /// Appends an integer's digits.
    mutating func append(decimal value: UInt64) {
        let start = count
        var rest = value
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// Appends a number as Prometheus reads it: whole ones as integers, the rest the shortest way that reads back the same.
    mutating func append(real value: Double) {
        if value >= 0, value < 0x1p53, value == value.rounded(.down) {
            append(decimal: UInt64(value))
        } else if value.isNaN {
            append(contentsOf: "NaN".utf8)
        } else if value.isInfinite {
            append(contentsOf: (value > 0 ? "+Inf" : "-Inf").utf8)
        } else {
            append(contentsOf: value.description.utf8)
        }
    }
}
