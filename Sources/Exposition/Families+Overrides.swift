// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Policy

extension MetricFamily {
    /// What people and alerts have set against the rules.
    static let overrides: [MetricFamily] = [
        labelled(
            "headroom_override_active", .gauge, nil, ["kind", "source"],
            help: """
                Overrides that stand, by what they do and where they come from. headroom overrides lists them with author, \
                reason and end.
                """
        ) { scene in
            Override.Kind.Name.allCases.flatMap { kind in
                Asked.Source.allCases.map { source in
                    let count = scene.report.overrides.count { $0.kind.name == kind && $0.asked.source == source }
                    return Sample(
                        LabelSet([Label("kind", kind.rawValue), Label("source", source.rawValue)]), .integer(UInt64(count)))
                }
            }
        },
        labelled(
            "headroom_alerts_received_total", .counter, nil, ["result"],
            help: """
                Alerts that came in from Alertmanager, by what came of them; unreadable counts whole notifications. If \
                unknown_target, capped or refused rise, an alert wants what Headroom does not do: the log says which.
                """
        ) { scene in
            AlertResult.allCases.map {
                Sample(LabelSet([Label("result", $0.rawValue)]), .integer(scene.report.alerts[$0] ?? 0))
            } + [Sample(LabelSet([Label("result", "unreadable")]), .integer(scene.report.unreadableAlerts))]
        },
    ]
}
