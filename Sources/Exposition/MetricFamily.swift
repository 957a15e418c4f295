// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Units

/// One metric family: what it is called, what it tells, and where its figures come from. How it is written
/// (text, OpenMetrics, protobuf) is the business of a ``MetricWriter``.
public struct MetricFamily: Sendable {
    /// The whole name, unit and `_total` included.
    public let name: String
    public let type: MetricType
    /// The base unit that the name ends with, if it is a figure with one.
    public let unit: MetricUnit?
    /// Every label that a series of this family can have, in the order in which they are written.
    public let labels: [String]
    /// What it means, and what to do about it.
    public let help: String
    let samples: Samples
}

public enum MetricType: String, Sendable {
    case gauge, counter, histogram
    /// Labels that tell what something is, with the value 1: a gauge where a format knows no such type.
    case info
}

public enum MetricUnit: String, CaseIterable, Sendable {
    case bytes, seconds, ratio
    case bytesPerSecond = "bytes_per_second"
}

/// The value of one series.
enum MetricValue: Hashable, Sendable {
    case integer(UInt64)
    case real(Double)

    static func flag(_ isSet: Bool) -> MetricValue { .integer(isSet ? 1 : 0) }
    static func bytes(_ bytes: Bytes) -> MetricValue { .integer(bytes.count) }
    static func seconds(_ duration: Duration) -> MetricValue { .real(duration.seconds) }
    static func moment(_ time: WallTime) -> MetricValue { .real(time.seconds) }
    static func count(_ count: Int) -> MetricValue { .integer(UInt64(max(count, 0))) }
}

/// Where a family's series come from. What gives no value has no series.
enum Samples: Sendable {
    /// One series without labels.
    case single(@Sendable (Scene) -> MetricValue?)
    /// One series for each pool.
    case pools(@Sendable (PoolView) -> MetricValue?)
    /// One series for each volume.
    case volumes(@Sendable (VolumeView) -> MetricValue?)
    /// Series with labels of their own, each set of labels once.
    case labelled(@Sendable (Scene) -> [Sample])
    case histogram(@Sendable (Scene) -> Histogram)
    /// One series about this process.
    case process(@Sendable (ProcessFigures) -> MetricValue?)
    /// Series about requests over the network, with labels of their own.
    case requests(@Sendable (RequestFigures) -> [Sample])
    /// Series about telling Alertmanagers, with labels of their own.
    case notifications(@Sendable (NotificationFigures) -> [Sample])
}

struct Sample: Sendable {
    var labels: LabelSet
    var value: MetricValue

    init(_ labels: LabelSet, _ value: MetricValue) {
        self.labels = labels
        self.value = value
    }
}
