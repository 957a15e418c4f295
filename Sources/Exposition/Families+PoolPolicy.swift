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
            "headroom_pool_overcommit_ratio", .ratio,
            help: """
                Sizes of the pool's volumes summed, as a multiple of its data. Above 1 not all of them can be full at once: \
                watch the forecast, or set overcommit_limit.
                """
        ) { view in
            guard let outlook = view.outlook, let total = view.pool.dataTotal, total > .zero else { return nil }
            return .real(Double(outlook.volumesSize.count) / Double(total.count))
        },
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
        pool(
            "headroom_pool_data_full_forecast_seconds", .seconds,
            help: """
                Time until the pool's data is used up, at the faster of the last five minutes' and the last hour's pace; absent \
                while it does not fill. When it gets short: grow the pool, remove volumes, or fstrim what \
                headroom_volume_reclaimable_bytes names.
                """
        ) { ($0.outlook?.dataFullIn).map { .seconds($0) } },
        pool(
            "headroom_pool_metadata_full_forecast_seconds", .seconds,
            help: """
                Time until the pool's metadata is used up, reckoned as for its data; absent while it does not fill. When it gets \
                short: grow the metadata device, since a pool without metadata turns read-only and needs a repair.
                """
        ) { ($0.outlook?.metadataFullIn).map { .seconds($0) } },
        pool(
            "headroom_pool_metadata_needed_bytes", .bytes,
            help: """
                Metadata that would be in use were all of the pool's data mapped, at what its mapped blocks take now. Absent \
                until a thousand blocks are mapped. Snapshots and torn mappings take more.
                """
        ) { ($0.outlook?.metadataNeeded).map { .bytes($0) } },
        pool(
            "headroom_pool_metadata_runs_out_first",
            help: """
                1 if the pool's metadata will run out before its data does: grow the metadata device to \
                headroom_pool_metadata_needed_bytes and some more, in time. Absent until a thousand blocks are mapped.
                """
        ) { ($0.metadataRunsOutFirst).map { .flag($0) } },
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

extension PoolView {
    /// Whether the metadata is too small for all of the data; nil while that cannot be told.
    var metadataRunsOutFirst: Bool? {
        guard let needed = outlook?.metadataNeeded, let total = pool.metadataTotal else { return nil }
        return needed > total
    }
}
