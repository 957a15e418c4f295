// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension MetricFamily {
    /// What became of requests over the network.
    static let requests: [MetricFamily] = [
        requests(
            "headroom_http_requests_total", .counter, ["code"],
            help: """
                Requests over the network that were answered, by the code of the answer. If codes from 500 on rise, the log says \
                why.
                """
        ) { figures in
            figures.answered.merging([200: 0]) { $0 + $1 }.sorted { $0.key < $1.key }.map { code, count in
                Sample(LabelSet([Label("code", "\(code)")]), .integer(count))
            }
        },
        requests(
            "headroom_http_requests_in_flight", .gauge, [],
            help: "Requests over the network that are being answered now, the one that asks included."
        ) { [Sample(.none, .integer($0.inFlight))] },
        requests(
            "headroom_http_requests_rejected_total", .counter, ["reason"],
            help: """
                Requests over the network that were turned away. If wrong_credentials rises, somebody has an old password or \
                token, or guesses: the log says where the last one came from.
                """
        ) { figures in
            RequestFigures.Rejection.allCases.map {
                Sample(LabelSet([Label("reason", $0.rawValue)]), .integer(figures.rejected[$0] ?? 0))
            }
        },
        requests(
            "headroom_tls_handshakes_failed_total", .counter, [],
            help: """
                Connections that ended before they were secured. If it rises, a client does not trust the certificate, or has \
                none that is wanted.
                """
        ) { [Sample(.none, .integer($0.failedHandshakes))] },
        requests(
            "headroom_web_config_last_reload_successful", .gauge, [],
            help: """
                1 if web configuration, certificates and tokens were good when last read; absent without a web configuration. \
                While 0, those from before hold: the log says what is wrong.
                """
        ) { figures in figures.webConfigurationIsGood.map { [Sample(.none, .flag($0))] } ?? [] },
    ]

    private static func requests(
        _ name: String, _ type: MetricType, _ labels: [String], help: String,
        samples: @escaping @Sendable (RequestFigures) -> [Sample]
    ) -> MetricFamily {
        MetricFamily(name: name, type: type, unit: nil, labels: labels, help: help, samples: .requests(samples))
    }
}
