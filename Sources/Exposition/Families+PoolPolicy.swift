// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Inventory
import Policy
import Units

extension MetricFamily {
    /// What the policy makes of each pool.
    static let poolPolicy: [MetricFamily] = [
        pool(
            "headroom_pool_headroom_bytes", .bytes,
            help: """
                What may still be granted to volumes: free, less the reserve, less what was promised. At 0 growth is \
                refused: grow the pool, remove volumes, or lower the reserve.
                """
        ) { ($0.outlook?.headroom).map { .bytes($0) } },
        pool(
            "headroom_pool_headroom_limited_by_metadata",
            help: """
                1 if it is the metadata that limits the headroom: grow the metadata device rather than the data device.
                """
        ) { $0.outlook?.headroom == nil ? nil : ($0.outlook?.isLimitedByMetadata).map { .flag($0) } },
        pool(
            "headroom_pool_reserve_bytes", .bytes,
            help: "Data that is never granted (reserve.data in the configuration file)."
        ) { figure($0) { .bytes($0.reserve) } },
        pool(
            "headroom_pool_metadata_reserve_bytes", .bytes,
            help: "Metadata that is never granted (reserve.metadata in the configuration file)."
        ) { figure($0) { .bytes($0.metadataReserve) } },
        pool(
            "headroom_pool_promised_bytes", .bytes,
            help: "Granted and not written yet, and what ungrown volumes may write before the next look."
        ) { figure($0) { .bytes($0.promised) } },
        pool(
            "headroom_pool_volumes",
            help: "Number of thin volumes that are active on the pool."
        ) { .count($0.volumeCount) },
        pool(
            "headroom_pool_volumes_bytes", .bytes,
            help: "Sizes of the pool's volumes summed. Divided by headroom_pool_data_bytes it is the overcommit."
        ) { ($0.outlook?.volumesSize).map { .bytes($0) } },
        pool(
            "headroom_pool_overcommit_limit_ratio", .ratio,
            help: """
                The most that the sum of sizes may be, as a multiple of the pool (overcommit_limit); absent without a limit.
                """
        ) { ($0.outlook?.overcommitLimit).map { .real($0.value) } },
        pool(
            "headroom_pool_fill_rate_bytes_per_second", .bytesPerSecond,
            help: """
                The fastest fill that any filesystem of the pool has shown, or the assumed one (assumed_fill_rate). The \
                burst guarantee reckons with it.
                """
        ) { ($0.outlook?.fillRate).map { .real($0.bytesPerSecond) } },
        pool(
            "headroom_pool_fill_rate_seen",
            help: "1 if the fill rate was seen on this pool, 0 if it is the assumed one."
        ) { ($0.outlook?.fillRateWasSeen).map { .flag($0) } },
        pool(
            "headroom_pool_reaction_seconds", .seconds,
            help: "What one look and one growth take under load, as measured here, with margin."
        ) { ($0.outlook?.reaction).map { .seconds($0) } },
        pool(
            "headroom_pool_burst_room_bytes", .bytes,
            help: "Free space that every enforced filesystem of the pool has at least: fill rate times reaction."
        ) { ($0.outlook?.burstRoom).map { .bytes($0) } },
        labelled(
            "headroom_pool_barred", .gauge, nil, ["pool", "reason"],
            help: "1 while nothing on the pool is grown, with the reason. headroom explain VOLUME says what to do."
        ) { scene in
            scene.pools.compactMap { view in
                guard let bar = view.outlook?.bar else { return nil }
                return Sample(view.labels.adding(Label("reason", bar.reason.rawValue)), .integer(1))
            }
        },
    ]

    /// What is reckoned from the pool's figures is left out when the pool gives none.
    private static func figure(_ view: PoolView, _ value: (PoolOutlook) -> MetricValue) -> MetricValue? {
        view.pool.report == nil ? nil : view.outlook.map(value)
    }
}
