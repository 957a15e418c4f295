// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Host
import Inventory
import Units

extension MetricFamily {
    /// What the kernel says of each thin pool.
    static let pools: [MetricFamily] = [
        labelled(
            "headroom_pool_info", .info, nil, ["pool", "owner", "device", "uuid", "vg", "lv"],
            help: "Always 1. Who keeps the pool's record, and its device number."
        ) { $0.pools.map { Sample($0.labels.adding(info(of: $0.pool)), .integer(1)) } },
        labelled(
            "headroom_pool_state", .gauge, nil, ["pool", "state"],
            help: """
                1 for the state that the pool is in. Anything but read_write stops writers: out_of_data_space needs a larger \
                data device, read_only and failed need thin_check and a repair; unknown means that the kernel gave no \
                figures.
                """
        ) { scene in
            scene.pools.flatMap { view in
                let state = PoolState(view.pool.status)
                return PoolState.allCases.map {
                    Sample(view.labels.adding(Label("state", $0.rawValue)), .flag($0 == state))
                }
            }
        },
        pool(
            "headroom_pool_data_bytes", .bytes,
            help: "Size of the pool's data device: what all volumes together can hold."
        ) { $0.pool.dataTotal.map { .bytes($0) } },
        pool(
            "headroom_pool_data_used_bytes", .bytes,
            help: """
                Data that is mapped by volumes. When it reaches headroom_pool_data_bytes, writes wait or fail: grow the pool \
                or remove volumes before.
                """
        ) { $0.pool.dataUsed.map { .bytes($0) } },
        pool(
            "headroom_pool_metadata_bytes", .bytes,
            help: "Size of the pool's metadata device, at most about 16 GiB."
        ) { $0.pool.metadataTotal.map { .bytes($0) } },
        pool(
            "headroom_pool_metadata_used_bytes", .bytes,
            help: """
                Metadata in use. A pool that runs out of it goes read-only and needs a repair: grow the metadata device \
                before.
                """
        ) { $0.pool.metadataUsed.map { .bytes($0) } },
        pool(
            "headroom_pool_block_size_bytes", .bytes,
            help: "The pool's data block: a volume maps whole blocks of it."
        ) { $0.pool.blockSize.map { .bytes($0) } },
        pool(
            "headroom_pool_low_water_mark_bytes", .bytes,
            help: "Free data at which the kernel raises an event."
        ) { view in
            guard let table = view.pool.table else { return nil }
            return .bytes(table.lowWaterMark.bytes(blockSize: table.blockSize.bytes))
        },
        pool(
            "headroom_pool_metadata_low_water_mark_bytes", .bytes,
            help: "Free metadata at which the kernel raises an event. Kernels before 5.x do not tell."
        ) { ($0.pool.report?.metadataLowWaterMark?.bytes).map { .bytes($0) } },
        pool(
            "headroom_pool_transaction_id",
            help: """
                The pool's transaction id, which its owner counts up. An owner whose record has another one does not start.
                """
        ) { ($0.pool.report?.transactionID).map { .integer($0) } },
        pool(
            "headroom_pool_needs_check",
            help: """
                1 if the kernel asks for thin_check. The pool stays read-only until it was checked: unmount, run thin_check, \
                then thin_repair if it says so.
                """
        ) { ($0.pool.report?.needsCheck).map { .flag($0) } },
        pool(
            "headroom_pool_error_when_full",
            help: """
                1 if writes fail at once when the pool is full, 0 if they wait (for a minute, unless the kernel module was \
                told otherwise).
                """
        ) { ($0.pool.report?.whenFull).map { .flag($0 == .error) } },
        pool(
            "headroom_pool_writes_failing",
            help: "1 if the pool is full and its time to wait is over: writes fail now. Grow the pool's data device."
        ) { $0.pool.report == nil ? nil : .flag($0.pool.writesAreFailing) },
        pool(
            "headroom_pool_discard_passdown",
            help: "1 if blocks that a filesystem discards are given back to the device below the pool too."
        ) { ($0.pool.report?.discard).map { .flag($0 == .passdown) } },
        pool(
            "headroom_pool_metadata_snapshot_held",
            help: """
                1 while somebody holds a snapshot of the pool's metadata to read it. Held for long, it takes up metadata: \
                dmsetup message POOL 0 release_metadata_snap.
                """
        ) { view in (view.pool.report).map { .flag($0.heldRoot != nil) } },
        pool(
            "headroom_pool_suspended",
            help: """
                1 while the pool's device is suspended: every write to its volumes waits. If it stays, dmsetup resume POOL.
                """
        ) { .flag($0.pool.isSuspended) },
    ]

    private static func info(of pool: Pool) -> [Label] {
        var labels = [
            Label("owner", pool.owner.name), Label("device", pool.number.description), Label("uuid", pool.uuid),
        ]
        if case .lvm(let group, let name) = pool.owner {
            labels += [Label("vg", group), Label("lv", name)]
        }
        return labels
    }
}

/// A pool's state as outsiders are told it; exactly one holds.
enum PoolState: String, CaseIterable, Sendable {
    case readWrite = "read_write"
    case readOnly = "read_only"
    case outOfDataSpace = "out_of_data_space"
    case failed
    case unknown

    init(_ status: ThinPoolStatus) {
        switch status {
        case .failed: self = .failed
        case .unreadable, .unknown: self = .unknown
        case .working(let report):
            switch report.mode {
            case .readWrite: self = .readWrite
            case .readOnly: self = .readOnly
            case .outOfDataSpace: self = .outOfDataSpace
            }
        }
    }
}
