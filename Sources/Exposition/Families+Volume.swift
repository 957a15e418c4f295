// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Owners
import Policy
import Units

extension MetricFamily {
    /// What is known of each thin volume, and what the policy decided.
    static let volumes: [MetricFamily] = [
        labelled(
            "headroom_volume_info", .info, nil,
            [
                "pool", "volume", "owner", "role", "container", "name", "image", "namespace", "pod", "pod_namespace", "vg", "lv",
                "tags",
                "device", "thin_id",
            ],
            help: """
                Always 1. Whose the volume is: join it by pool and volume to the other series to see containers' names.
                """
        ) { $0.volumes.map { Sample($0.labels.adding(info(of: $0.volume)), .integer(1)) } },
        volume(
            "headroom_volume_size_bytes", .bytes,
            help: "Size of the volume's device. A permission to write, not space taken from the pool."
        ) { .bytes($0.volume.size) },
        volume(
            "headroom_volume_mapped_bytes", .bytes,
            help: """
                What the volume holds in the pool. More than its filesystem uses means that deleted files were not \
                discarded: fstrim gives it back.
                """
        ) { $0.volume.mapped.map { .bytes($0) } },
        volume(
            "headroom_volume_reclaimable_bytes", .bytes,
            help: """
                What the volume holds in the pool beyond what its filesystem uses: about what fstrim in it would give back. The \
                filesystem's own tables and journal are in it.
                """
        ) { view in
            guard let mapped = view.volume.mapped, let usage = view.usage else { return nil }
            return .bytes(mapped.less(usage.used))
        },
        volume(
            "headroom_volume_runway_bytes", .bytes,
            help: """
                By how much the device is longer than its filesystem, so that the next growth needs the filesystem only. It \
                promises nothing.
                """
        ) { view in (view.mount?.size).map { .bytes(view.volume.size.less($0)) } },
        volume(
            "headroom_volume_overhang_bytes", .bytes,
            help: """
                By how much the filesystem is larger than its device: above 0 it does not start, or meets errors at the device's \
                end. Nothing is lost; headroom doctor on the host knows the right size.
                """
        ) { view in view.volume.filesystemSize.map { .bytes($0.less(view.volume.size)) } },
        volume(
            "headroom_volume_suspended",
            help: """
                1 while the volume's device is suspended: its writers wait, and it is not grown. If it stays, dmsetup resume \
                VOLUME.
                """
        ) { .flag($0.volume.isSuspended) },
        volume(
            "headroom_volume_open",
            help: """
                How often the volume's device is open: by a mount, a virtual machine, another device. 0 means that nobody \
                uses it.
                """
        ) { .integer(UInt64($0.volume.openCount)) },
        volume(
            "headroom_volume_inactive_table",
            help: """
                1 if a table was loaded and never made live. If it stays, something died in the middle of a change; LVM \
                cleans up its own.
                """
        ) { .flag($0.volume.hasInactiveTable) },
        volume(
            "headroom_volume_doubtful",
            help: """
                1 if the last look contradicts the one before beyond what a writer can do. Nothing is decided until a second \
                look agrees.
                """
        ) { .flag($0.volume.isDoubtful) },
        volume(
            "headroom_volume_enforced",
            help: "1 if the volume's rule says enforce, 0 if it is only observed or left out."
        ) { ($0.decision?.mode).map { .flag($0 == .enforce) } },
        volume(
            "headroom_volume_wanted",
            help: "1 while the volume should be larger than it is, whether it may be or not."
        ) { ($0.decision?.needs.isEmpty).map { .flag(!$0) } },
        labelled(
            "headroom_volume_refused", .gauge, nil, ["pool", "volume", "reason"],
            help: """
                1 while the volume should be larger and is refused, or can never be grown as it is, with the reason. \
                headroom explain VOLUME says what to do.
                """
        ) { scene in
            scene.volumes.compactMap { view in
                guard let reason = view.decision?.exportedRefusal?.reason else { return nil }
                return Sample(view.labels.adding(Label("reason", reason.rawValue)), .integer(1))
            }
        },
        volume(
            "headroom_volume_refused_since_timestamp_seconds", .seconds,
            help: """
                Since when a wish of the volume has been refused, whatever the reason; absent while none is. headroom explain \
                VOLUME says what to do.
                """
        ) { $0.refusedSince.map { .moment($0) } },
        volume(
            "headroom_volume_last_growth_timestamp_seconds", .seconds,
            help: """
                When the volume was last grown; absent if that is not among the last hundred growths since the start.
                """
        ) { $0.lastGrowth.map { .moment($0) } },
    ]

    private static func info(of volume: Volume) -> [Label] {
        var labels = [Label("owner", volume.owner.name)]
        if let role = volume.owner.role { labels.append(Label("role", role)) }
        if let container = volume.owner.container {
            labels += [
                Label("container", container.id), Label("name", container.name ?? ""), Label("image", container.image ?? ""),
                Label("namespace", container.namespace ?? ""), Label("pod", container.pod ?? ""),
                Label("pod_namespace", container.podNamespace ?? ""),
            ]
        }
        if let logical = volume.owner.logicalVolume {
            labels += [
                Label("vg", logical.volumeGroup), Label("lv", logical.name),
                Label("tags", (volume.tags ?? []).joined(separator: ",")),
            ]
        }
        labels += [
            Label("device", volume.number.description), Label("thin_id", "\(volume.identity.thinID)"),
        ]
        return labels
    }
}

extension Owner {
    /// What the volume is to its owner, where the owner tells such things apart.
    var role: String? {
        switch self {
        case .docker(let volume):
            switch volume.role {
            case .container: "container"
            case .containerInit: "container_init"
            case .layer: "layer"
            case .base: "base"
            case .unknown: "unknown"
            }
        case .containerd(let snapshot): snapshot.role.rawValue
        case .lxd(let volume): volume.role.rawValue
        case .lvm, .stratis, .plain: nil
        }
    }
}

extension Decision {
    /// The refusal that `headroom_volume_refused` tells: a wish that is refused, or a volume that somebody may take for
    /// growable and that is not. What is as it should be (a parent, nobody's mount, a rule that says off) is left out.
    var exportedRefusal: Refusal? {
        switch verdict {
        case .refused(let refusal): refusal
        case .barred(let refusal):
            switch refusal.reason {
            case .foreign, .inUse, .held, .sharedMount, .broken, .unsupportedFilesystem, .externalOrigin, .stuck, .hidden,
                .suspended:
                refusal
            default: nil
            }
        case .content, .grow, .wouldGrow: nil
        }
    }
}
