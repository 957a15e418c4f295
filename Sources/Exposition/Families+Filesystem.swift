// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Inventory
import Units

extension MetricFamily {
    /// What is known of the filesystem on each volume.
    static let filesystems: [MetricFamily] = [
        labelled(
            "headroom_filesystem_info", .info, nil, ["pool", "volume", "fstype", "mountpoint"],
            help: """
                Always 1. The kind of filesystem, and where it is mounted as the process that mounted it calls it. Only ext4 \
                and xfs are grown.
                """
        ) { scene in
            scene.volumes.compactMap { view in
                guard let kind = view.volume.kind else { return nil }
                let labels = [Label("fstype", kind.name), Label("mountpoint", view.volume.filesystem?.mountPoint ?? "")]
                return Sample(view.labels.adding(labels), .integer(1))
            }
        },
        volume(
            "headroom_filesystem_mounted",
            help: """
                1 if the filesystem on the volume is mounted anywhere on this host. While 0, its usage cannot be known.
                """
        ) { $0.volume.kind == nil ? nil : .flag($0.volume.filesystem != nil) },
        volume(
            "headroom_filesystem_size_bytes", .bytes,
            help: "What the filesystem could hold, as df shows it."
        ) { ($0.usage?.size).map { .bytes($0) } },
        volume(
            "headroom_filesystem_used_bytes", .bytes,
            help: "What is used of it."
        ) { ($0.usage?.used).map { .bytes($0) } },
        volume(
            "headroom_filesystem_available_bytes", .bytes,
            help: """
                What a writer without privilege may still write. At 0 writers get ENOSPC: see headroom_volume_refused for \
                why it was not grown.
                """
        ) { ($0.usage?.available).map { .bytes($0) } },
        volume(
            "headroom_filesystem_full_forecast_seconds", .seconds,
            help: """
                Time until nothing is available, at the faster of the last five minutes' and the last hour's pace, if it is not \
                grown; absent while it does not fill.
                """
        ) { ($0.decision?.fullIn).map { .seconds($0) } },
        volume(
            "headroom_filesystem_inodes",
            help: """
                Inodes that the filesystem has. XFS makes them as it needs them, so there it is the most that it could.
                """
        ) { ($0.usage?.inodes).map { .integer($0) } },
        volume(
            "headroom_filesystem_inodes_used",
            help: """
                Inodes in use. When all are, no file can be made however much space there is; growing ext4 adds some.
                """
        ) { ($0.usage?.inodesUsed).map { .integer($0) } },
        volume(
            "headroom_filesystem_readonly",
            help: "1 if it is mounted read-only, or the kernel made it so after an error: see dmesg."
        ) { ($0.mount?.isReadOnly).map { .flag($0) } },
        volume(
            "headroom_filesystem_stuck",
            help: """
                1 while the filesystem does not answer in time: suspended, or the device below it is dead. It delays no \
                other, and is not grown.
                """
        ) { ($0.mount?.isStuck).map { .flag($0) } },
        volume(
            "headroom_filesystem_unreadable",
            help: "1 if the filesystem's usage could not be read, though it answered: the log says why."
        ) { ($0.mount?.isUnreadable).map { .flag($0) } },
        histogram(
            "headroom_filesystem_statfs_duration_seconds", .seconds,
            help: """
                How long single filesystems took to tell their usage; one that hangs counts with the time that it was waited \
                for. If it rises, a device below is slow: see headroom_filesystem_stuck and dmesg.
                """
        ) { $0.report.polls.usageTimes },
    ]
}

extension Volume {
    /// The kind of filesystem on it, mounted or not.
    var kind: FilesystemKind? {
        switch content {
        case .mounted(let filesystem): filesystem.kind
        case .unmounted(let kind, _): kind
        case .foreign, .blank, .unread: nil
        }
    }
}
