// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Journal

/// The history.
extension Schemas {
    static let told: [String: Schema] = [
        "History": .object(
            "What happened.", ["entries": .list(.named("HistoryEntry")), "verification?": .named("HistoryVerification")]),
        "HistoryEntry": .object(
            "One thing that happened.",
            [
                "id": .count, "time": .time, "kind": kind, "event": .text, "volume?": .text, "pool?": .text,
                "container?": .named("NamedContainer"), "author": .text,
                "source": .words(HistoryEntry.Source.allCases.map(\.rawValue)), "reason?": .text, "before_bytes?": .count,
                "after_bytes?": .count, "runway?": .flag, "override?": .named("Override"), "text": .text, "hash": hash,
            ]),
        "NamedContainer": .object("A container, as it was called then.", ["id": .text, "name?": .text]),
        "HistoryVerification": .object(
            "Whether the history is as it was written: without a fault it is.",
            [
                "entries": .count, "first?": .time, "last?": .time, "newest_id?": .count, "newest_hash?": hash, "gone": .count,
                "fault?": .named("HistoryFault"),
            ]),
        "HistoryFault": .object(
            "The first entry that is not as it was written, or is missing.", ["id": .count, "text": .text]),
    ]

    static let history: [Endpoint.Parameter] = [
        .init(
            name: "volume", text: "A volume's name, a container's name, its id or the beginning of that; gone ones too.",
            schema: Schema(json: ["type": "string", "minLength": 1])),
        .init(name: "since", text: "Not before that.", schema: moment),
        .init(name: "until", text: "Not after that.", schema: moment),
        .init(name: "kind", text: "Only of this kind.", schema: kind),
        .init(
            name: "limit", text: "The newest so many.",
            schema: Schema(json: [
                "type": "integer", "minimum": .number(HistoryQuery.limits.lowerBound),
                "maximum": .number(HistoryQuery.limits.upperBound), "default": .number(HistoryQuery.usualLimit),
            ])),
        .init(
            name: "verify", text: "Reckon all hashes anew and tell nothing but whether the history is as it was written.",
            schema: .flag),
    ]

    private static let kind = Schema.words(HistoryEntry.Kind.allCases.map(\.rawValue))
    private static let hash = Schema(json: ["type": "string", "pattern": "^[0-9a-f]{64}$"])
    private static let moment = Schema(json: [
        "type": "string", "description": "A time of UTC, a day, or how long ago.",
        "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{3})?Z)?|[0-9]+(\\.[0-9]+)?(ms|s|m|h|d))$",
        "examples": ["24h", "2026-01-31T12:00:00Z"],
    ])
}
