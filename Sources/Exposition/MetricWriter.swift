// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine

/// A form that metrics are written in. Series of one family come one after the other between two `begin`s.
protocol MetricWriter {
    mutating func begin(_ family: MetricFamily)
    mutating func write(_ labels: LabelSet, _ value: MetricValue)
    mutating func write(_ histogram: Histogram)
}

extension MetricWriter {
    /// Writes all families that come from a report.
    mutating func write(_ scene: Scene) {
        for family in MetricFamily.ofReport {
            begin(family)
            switch family.samples {
            case .single(let value):
                if let value = value(scene) { write(.none, value) }
            case .pools(let value):
                for pool in scene.pools {
                    if let value = value(pool) { write(pool.labels, value) }
                }
            case .volumes(let value):
                for volume in scene.volumes {
                    if let value = value(volume) { write(volume.labels, value) }
                }
            case .labelled(let samples):
                for sample in samples(scene) { write(sample.labels, sample.value) }
            case .histogram(let histogram): write(histogram(scene))
            case .process, .requests, .notifications: break
            }
        }
    }

    /// Writes the families about requests over the network, which change from scrape to scrape.
    mutating func write(_ figures: RequestFigures) {
        for family in MetricFamily.requests {
            guard case .requests(let samples) = family.samples else { continue }
            begin(family)
            for sample in samples(figures) { write(sample.labels, sample.value) }
        }
    }

    /// Writes the families about telling Alertmanagers, which change from scrape to scrape.
    mutating func write(_ figures: NotificationFigures) {
        for family in MetricFamily.notifications {
            guard case .notifications(let samples) = family.samples else { continue }
            begin(family)
            for sample in samples(figures) { write(sample.labels, sample.value) }
        }
    }

    /// Writes the families about this process, which change from scrape to scrape.
    mutating func write(_ figures: ProcessFigures) {
        for family in MetricFamily.process {
            guard case .process(let value) = family.samples, let value = value(figures) else { continue }
            begin(family)
            write(.none, value)
        }
    }
}
