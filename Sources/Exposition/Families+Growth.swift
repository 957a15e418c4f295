// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Inventory
import Policy
import Units

extension MetricFamily {
    /// What was grown and what was refused.
    static let growths: [MetricFamily] = [
        labelled(
            "headroom_growths_total", .counter, nil, ["pool", "result"],
            help: "Growths that ended since the start. For a failed one the log names the step and what to do."
        ) { scene in
            perPool(scene) { labels, growths in
                [
                    Sample(labels.adding(Label("result", "done")), .integer(growths.done)),
                    Sample(labels.adding(Label("result", "failed")), .integer(growths.failed)),
                ]
            }
        },
        labelled(
            "headroom_growth_bytes_total", .counter, .bytes, ["pool"],
            help: "What was added to filesystems since the start."
        ) { scene in perPool(scene) { [Sample($0, .bytes($1.bytes))] } },
        labelled(
            "headroom_runways_total", .counter, nil, ["pool"],
            help: "Devices that were made longer ahead of need since the start."
        ) { scene in perPool(scene) { [Sample($0, .integer($1.runways))] } },
        histogram(
            "headroom_growth_duration_seconds", .seconds,
            help: """
                How long whole growths took. A writer that fills faster than this needs a larger burst room: raise \
                assumed_fill_rate.
                """
        ) { $0.report.growths.durations },
        histogram(
            "headroom_growth_suspend_duration_seconds", .seconds,
            help: """
                How long volumes were suspended, at most, to get a longer device. Their writers waited meanwhile. What LVM, LXD \
                and Incus do themselves is not in it.
                """
        ) { $0.report.growths.suspensions },
        pool(
            "headroom_growth_running",
            help: "Growths under way. One that stays for minutes hangs in the kernel: look for a suspended volume."
        ) { .count($0.running.count) },
        pool(
            "headroom_growth_price_bytes", .bytes,
            help: """
                What the growths under way will map by themselves soon (ext4's inode tables). It counts as promised.
                """
        ) { .bytes($0.running.map(\.price).sum()) },
        labelled(
            "headroom_refusals_total", .counter, nil, ["pool", "reason"],
            help: "Wishes to grow that were refused since the start, counted when a refusal begins."
        ) { scene in
            let shown = names(in: scene)
            return scene.report.refusals.sorted { $0.key < $1.key }.flatMap { pool, reasons in
                let labels = shown[pool] ?? LabelSet([Label("pool", pool.shown)])
                return reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map { reason, count in
                    Sample(labels.adding(Label("reason", reason.rawValue)), .integer(count))
                }
            }
        },
    ]

    /// For each pool that is there or was grown on since the start: a counter that begins at 0 is seen to rise to 1.
    private static func perPool(_ scene: Scene, _ samples: (LabelSet, PoolGrowths) -> [Sample]) -> [Sample] {
        let shown = names(in: scene)
        let byPool = scene.report.growths.byPool
        return Set(shown.keys).union(byPool.keys).sorted().flatMap { pool in
            samples(shown[pool] ?? LabelSet([Label("pool", pool.shown)]), byPool[pool] ?? PoolGrowths())
        }
    }

    private static func names(in scene: Scene) -> [DeviceName: LabelSet] {
        Dictionary(scene.pools.map { ($0.pool.name, $0.labels) }) { first, _ in first }
    }
}
