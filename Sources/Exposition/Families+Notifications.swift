// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension MetricFamily {
    /// What became of telling Alertmanagers; none of it where none is to be told.
    static let notifications: [MetricFamily] = [
        notifications(
            "headroom_notifications_total", .counter, labels: ["alertmanager", "result"],
            help: """
                Posts to an Alertmanager, sent or failed. Each post tells all that stands then, so the next one that is sent makes \
                up for those that failed. If failed rises, the log says why.
                """
        ) { figures in
            figures.receivers.flatMap { receiver in
                [("sent", receiver.sent), ("failed", receiver.failed)].map { result, count in
                    Sample(LabelSet([Label("alertmanager", receiver.name), Label("result", result)]), .integer(count))
                }
            }
        },
        notifications(
            "headroom_notifications_dropped_total", .counter, labels: [],
            help: """
                Growths and refusals that no Alertmanager was told, as there were too many at once or nobody answered for an hour. \
                The journal has them all.
                """
        ) { [Sample(.none, .integer($0.dropped))] },
        notifications(
            "headroom_notifications_last_success_timestamp_seconds", .gauge, .seconds, labels: ["alertmanager"],
            help: """
                When an Alertmanager last took a post; absent before the first. It is told only while there is something to tell.
                """
        ) { figures in
            figures.receivers.compactMap { receiver in
                receiver.lastSuccess.map { Sample(LabelSet([Label("alertmanager", receiver.name)]), .moment($0)) }
            }
        },
    ]

    private static func notifications(
        _ name: String, _ type: MetricType, _ unit: MetricUnit? = nil, labels: [String], help: String,
        samples: @escaping @Sendable (NotificationFigures) -> [Sample]
    ) -> MetricFamily {
        MetricFamily(name: name, type: type, unit: unit, labels: labels, help: help, samples: .notifications(samples))
    }
}
