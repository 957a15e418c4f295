// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine

/// A form that metrics are written in. Series of one family come one after the other between two `begin`s.
protocol MetricWriter {
    /// What was written so far.
    var bytes: [UInt8] { get }
    mutating func begin(_ family: MetricFamily)
    mutating func write(_ labels: LabelSet, _ value: MetricValue)
    mutating func write(_ histogram: Histogram)
}

extension MetricWriter {
    /// Writes families that come from a report.
    mutating func write(_ families: [MetricFamily], _ scene: Scene) {
        for family in families {
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

    /// Writes the families that change from scrape to scrape, as far as there are figures for them.
    mutating func write(_ figures: ScrapeFigures) {
        for family in [FamilyGroup.requests, .notifications, .process].flatMap(\.families) {
            begin(family)
            switch family.samples {
            case .requests(let samples):
                for sample in figures.requests.map(samples) ?? [] { write(sample.labels, sample.value) }
            case .notifications(let samples):
                for sample in figures.notifications.map(samples) ?? [] { write(sample.labels, sample.value) }
            case .process(let value):
                if let value = figures.process.flatMap(value) { write(.none, value) }
            case .single, .pools, .volumes, .labelled, .histogram: break
            }
        }
    }
}
