// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine

/// The bodies of requests that change something.
extension Schemas {
    static let wishes: [String: Schema] = [
        "GrowWish": Schema(
            json: [
                "type": "object", "description": "How large a volume is to be: to a size, or by so much.",
                "properties": [
                    "to": size.json, "by": size.json, "exceed_reserve": exceedReserve.json, "for": lasting.json,
                    "reason": text.json, "dry_run": dryRun.json,
                ],
                "additionalProperties": false, "oneOf": [["required": ["to"]], ["required": ["by"]]],
            ]),
        "HoldWish": .object(
            "How long, and why.", isClosed: true, ["for": lasting, "reason": text, "dry_run?": dryRun]),
        "PinWish": .object(
            "What holds in place of the rule, how long, and why. At least one of the first three.", isClosed: true,
            [
                "maximum_size?": size, "threshold?": share, "target?": share, "for": lasting, "reason": text,
                "dry_run?": dryRun,
            ]),
        "PauseWish": .object(
            "Without `for` it holds until it is lifted.", isClosed: true,
            ["for?": lasting, "reason?": text, "dry_run?": dryRun]),
        "LiftWish": .object("Why, if there is something to say.", isClosed: true, ["reason?": text, "dry_run?": dryRun]),
    ]

    /// What is read of it: the rest of Alertmanager's words, of today and later, is left alone.
    static let notification: [String: Schema] = [
        "AlertNotification": .object(
            "As Alertmanager's webhook_config sends it.",
            [
                "version": .words([AlertPayload.version]),
                "alerts": .list(
                    .object(
                        "One alert. One that says less is answered as invalid.",
                        [
                            "status?": .words(["firing", "resolved"]), "labels?": map, "annotations?": map, "fingerprint?": .text,
                            "startsAt?": .time,
                        ])), "truncatedAlerts?": .count,
            ])
    ]
    private static let map = Schema(json: ["type": "object", "additionalProperties": ["type": "string"]])

    private static let text = Schema(json: ["type": "string", "maxLength": .number(OverrideLimits.reasonCharacters)])
    private static let dryRun = Schema.flag.describedAs("Say what would be done; change nothing.")
    private static let exceedReserve = Schema.flag.describedAs(
        "Into the pool's reserve, if need be. Needs a reason. With `for` nothing is grown now: the rules may, within that time.")
    private static let size = Schema(json: [
        "description": "A number of bytes, or text like 42GiB.",
        "oneOf": [
            ["type": "integer", "minimum": 0],
            ["type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?([KMGTPE](iB)?|B)?$", "examples": ["42GiB"]],
        ],
    ])
    private static let share = Schema(json: [
        "description": "Text like 90%, or a number from 0 to 1.",
        "oneOf": [
            ["type": "number", "minimum": 0, "maximum": 1],
            ["type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?%$", "examples": ["90%"]],
        ],
    ])
    private static let lasting = Schema(json: [
        "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$", "description": "Text like 2h.", "examples": ["2h"],
    ])
}
