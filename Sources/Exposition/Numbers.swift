// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine

/// Figures as both text forms write them.
extension [UInt8] {
    /// Appends what a series is called: a family's name with an ending, and its labels.
    mutating func append(series name: [UInt8], _ suffix: String, _ labels: LabelSet) {
        append(contentsOf: name)
        append(contentsOf: suffix.utf8)
        append(contentsOf: labels.text)
    }

    /// Appends the series that every form has of a histogram.
    mutating func append(_ histogram: Histogram, named name: [UInt8]) {
        for bucket in histogram.cumulative {
            append(series: name, "_bucket", bucket.labels)
            append(.integer(bucket.count))
        }
        append(series: name, "_sum", .none)
        append(.real(histogram.sum))
        append(series: name, "_count", .none)
        append(.integer(histogram.count))
    }

    /// Appends the value of a series and ends its line.
    mutating func append(_ value: MetricValue) {
        append(UInt8(ascii: " "))
        switch value {
        case .integer(let integer): append(decimal: integer)
        case .real(let real): append(real: real)
        }
        append(UInt8(ascii: "\n"))
    }

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

extension Histogram {
    /// Its buckets as they are exposed: what is no greater than a bound. A bound has a point in every form, as OpenMetrics
    /// wants it and Prometheus 3 makes it, so that a series has one name however it was scraped.
    var cumulative: [(labels: LabelSet, count: UInt64)] {
        var sum: UInt64 = 0
        return counts.enumerated().map { index, count in
            sum += count
            let bound = index < bounds.count ? bounds[index].description : "+Inf"
            return (LabelSet([Label("le", bound)]), sum)
        }
    }
}
