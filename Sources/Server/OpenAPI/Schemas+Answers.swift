// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import Policy

/// The documents that the API answers with.
enum Schemas {
    static let answers = told.merging(present) { first, _ in first }

    private static let present: [String: Schema] = [
        "Error": .object(
            "What is wrong, and what to do.",
            ["error": .text, "hint": .text, "reason?": reason]),
        "Status": .object(
            "Pools and volumes at a glance.",
            [
                "version": .text, "host_kind": .text, "mode": mode, "started_at": .time,
                "poll": .object(
                    "How looking at the host goes.",
                    ["last_success?": .time, "last_succeeded": .flag, "last_error?": .text]),
                "configuration": .object(
                    "Where the rules come from.", ["file?": .text, "last_reload_succeeded": .flag, "last_error?": .text]),
                "pools": .list(.named("Pool")), "volumes": .list(.named("Volume")), "overrides": .list(.named("Override")),
                "growing": .list(.named("Order")), "recent_growths": .list(.named("Growth")),
            ]),
        "Pool": .object(
            "A thin pool. What it does not tell is absent.",
            [
                "name": .text, "owner": .text, "state": .text, "suspended": .flag, "needs_check?": .flag, "data_bytes?": .count,
                "data_used_bytes?": .count, "metadata_bytes?": .count, "metadata_used_bytes?": .count, "reserve_bytes?": .count,
                "promised_bytes?": .count, "headroom_bytes?": .count, "limited_by_metadata?": .flag,
                "data_full_in_seconds?": .number, "metadata_full_in_seconds?": .number, "metadata_runs_out_first?": .flag,
                "volumes": .count,
                "volumes_bytes?": .count, "fill_rate_bytes_per_second?": .number, "fill_rate_seen?": .flag,
                "reaction_seconds?": .number, "burst_room_bytes?": .count, "growths_done": .count, "growths_failed": .count,
                "bar?": .named("Refusal"),
            ]),
        "Volume": .object(
            "A thin volume. What is not known is absent.",
            [
                "name": .text, "pool": .text, "owner": .text, "role?": .text, "container?": .named("Container"),
                "logical_volume?": .text, "tags?": .list(.text), "device": .text, "thin_id": .count, "size_bytes": .count,
                "mapped_bytes?": .count, "suspended": .flag, "open_count": .count, "holders": .list(.text),
                "writers": .list(.text), "filesystem?": .named("Filesystem"), "content?": .text, "doubtful": .flag,
                "full_in_seconds?": .number, "refused_since?": .time, "rule?": .text,
                "mode?": mode, "verdict?": .words(["content", "grow", "would_grow", "refused", "barred"]), "needs": .list(need),
                "refusal?": .named("Refusal"), "order?": .named("Order"),
            ]),
        "Container": .object(
            "A container, as its owner calls it.",
            ["id": .text, "name?": .text, "image?": .text, "namespace?": .text, "pod?": .text, "pod_namespace?": .text]),
        "Filesystem": .object(
            "The filesystem on a volume. Its usage is absent when it is not mounted or does not answer.",
            [
                "kind": .text, "mountpoint?": .text, "readonly": .flag, "stuck": .flag, "error?": .text, "size_bytes?": .count,
                "used_bytes?": .count, "available_bytes?": .count, "inodes?": .count, "inodes_used?": .count,
                "device_bytes?": .count,
            ]),
        "Refusal": .object("Why something is not grown.", ["reason": reason, "text": .text, "hint": .text]),
        "Order": .object(
            "One growth: planned, under way or finished.",
            [
                "volume": .text, "pool": .text, "need": need, "from_bytes": .count, "to_bytes": .count,
                "device_from_bytes": .count, "device_to_bytes": .count, "price_bytes": .count,
                "limited_by?": .named("Refusal"), "hook?": .list(.text), "exceeds_reserve_bytes?": .count,
                "asked?": .named("Asked"),
            ]),
        "Growth": .object(
            "A growth that ended.",
            [
                "order": .named("Order"), "finished_at": .time, "duration_seconds": .number, "reached_bytes": .count,
                "suspended_seconds?": .number,
                "failure?": .text,
            ]),
        "Asked": .object("Who asked for something.", ["author": .text, "source": source, "reason?": .text]),
        "Finding": .object(
            "One thing that was looked at, and whether it speaks for growth.",
            ["subject": .text, "text": .text, "speaks_for?": .flag]),
        "Explanation": .object(
            "Why a volume would or would not grow now, rule by rule.",
            [
                "summary": .text, "volume": .named("Volume"), "pool?": .named("Pool"), "overrides": .list(.named("Override")),
                "findings": .list(.named("Finding")),
            ]),
        "Grown": .object(
            "What came of a wish to grow.",
            [
                "result": .words(["planned", "done", "permitted"]), "order?": .named("Order"), "growth?": .named("Growth"),
                "override?": .named("OverrideChange"),
            ]),
        "Override": .object(
            "What somebody has set against the rules. Without an end it holds until it is lifted.",
            [
                "id": .text, "kind": .words(Override.Kind.Name.allCases.map(\.rawValue)),
                "scope": .words(["volume", "volumes", "pool", "all"]), "name": .text, "author": .text, "source": source,
                "reason?": .text, "start": .time, "end?": .time, "text": .text, "threshold?": .number, "target?": .number,
                "maximum_size_bytes?": .count, "bound_bytes?": .count, "spent_bytes?": .count, "to_bytes?": .count,
                "settled?": .words(["done", "failed"]), "fingerprint?": .text,
            ]),
        "AlertResults": .object(
            "What came of each alert, in their order.",
            [
                "alerts": .list(
                    .object(
                        "What came of one.",
                        [
                            "alertname?": .text, "fingerprint?": .text,
                            "result": .words(AlertResult.allCases.map(\.rawValue)), "text": .text,
                            "override?": .named("Override"),
                        ])), "truncated": .count.describedAs("Alerts that Alertmanager or Headroom left out."),
            ]),
        "OverrideChange": .object(
            "What was changed, or would be.",
            [
                "result": .words(["planned", "done"]), "set": .list(.named("Override")), "lifted": .list(.named("Override")),
                "volumes": .list(.text), "volume_count": .count,
                "kept": .flag.describedAs("False when a restart changes it back."),
            ]),
    ]

    private static let mode = Schema.words(Mode.allCases.map(\.rawValue))
    private static let need = Schema.words(Need.allCases.map(\.rawValue))
    private static let reason = Schema.words(Refusal.Reason.allCases.map(\.rawValue))
    private static let source = Schema.words(Asked.Source.allCases.map(\.rawValue))
}
