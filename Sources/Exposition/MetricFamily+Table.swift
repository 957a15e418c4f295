// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine

extension MetricFamily {
    /// Every family there is, in the order in which they are written.
    public static let all: [MetricFamily] = FamilyGroup.allCases.flatMap(\.families)

    // Rows of the tables, by what they have a series for.

    static func single(
        _ name: String, _ type: MetricType = .gauge, _ unit: MetricUnit? = nil, help: String,
        value: @escaping @Sendable (Scene) -> MetricValue?
    ) -> MetricFamily {
        MetricFamily(name: name, type: type, unit: unit, labels: [], help: help, samples: .single(value))
    }

    static func pool(
        _ name: String, _ unit: MetricUnit? = nil, help: String, value: @escaping @Sendable (PoolView) -> MetricValue?
    ) -> MetricFamily {
        MetricFamily(name: name, type: .gauge, unit: unit, labels: ["pool"], help: help, samples: .pools(value))
    }

    static func volume(
        _ name: String, _ unit: MetricUnit? = nil, help: String, value: @escaping @Sendable (VolumeView) -> MetricValue?
    ) -> MetricFamily {
        MetricFamily(name: name, type: .gauge, unit: unit, labels: ["pool", "volume"], help: help, samples: .volumes(value))
    }

    static func labelled(
        _ name: String, _ type: MetricType = .gauge, _ unit: MetricUnit? = nil, _ labels: [String], help: String,
        samples: @escaping @Sendable (Scene) -> [Sample]
    ) -> MetricFamily {
        MetricFamily(name: name, type: type, unit: unit, labels: labels, help: help, samples: .labelled(samples))
    }

    static func histogram(
        _ name: String, _ unit: MetricUnit, help: String, value: @escaping @Sendable (Scene) -> Histogram
    ) -> MetricFamily {
        MetricFamily(name: name, type: .histogram, unit: unit, labels: [], help: help, samples: .histogram(value))
    }
}
