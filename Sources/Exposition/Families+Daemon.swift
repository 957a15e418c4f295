// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Policy
import Units

extension MetricFamily {
    /// What the daemon says of itself.
    static let daemon: [MetricFamily] = [
        labelled(
            "headroom_build_info", .info, nil, ["version", "arch"],
            help: "Always 1. The version that runs."
        ) { scene in
            [Sample(LabelSet([Label("version", scene.report.version), Label("arch", machine)]), .integer(1))]
        },
        labelled(
            "headroom_host_info", .info, nil, ["kind"],
            help: "Always 1. The kind of host that is looked at: linux, or simulated, whose figures are made up."
        ) { [Sample(LabelSet([Label("kind", $0.report.hostKind)]), .integer(1))] },
        labelled(
            "headroom_mode", .gauge, nil, ["mode"],
            help: """
                1 for the mode that holds where no rule says otherwise: observe changes nothing, enforce grows. Set it with \
                --mode or in the configuration file.
                """
        ) { scene in
            Mode.allCases.map { Sample(LabelSet([Label("mode", $0.rawValue)]), .flag($0 == scene.report.mode)) }
        },
        single(
            "headroom_poll_last_success",
            help: """
                1 if the last look at the host succeeded. While 0, all other figures are old and nothing is grown: the log \
                says why.
                """
        ) { .flag($0.report.polls.lastSucceeded) },
        single(
            "headroom_poll_last_timestamp_seconds", .gauge, .seconds,
            help: """
                When the last look at the whole host that succeeded began. If it falls behind by several poll intervals, the \
                poller is stuck: see the log.
                """
        ) { $0.report.polls.lastSuccess.map { .moment($0) } },
        histogram(
            "headroom_poll_duration_seconds", .seconds,
            help: """
                How long looks at the whole host took. If they come near the poll interval, raise poll.interval or see \
                headroom_errors_total for what is slow.
                """
        ) { $0.report.polls.durations },
        single(
            "headroom_quick_looks_total", .counter,
            help: "Looks at single volumes between the whole ones, taken because they were about to fill."
        ) { .integer($0.report.polls.quickLooks) },
        single(
            "headroom_config_last_reload_successful",
            help: """
                1 if the configuration file was good when last read. While 0, the rules from before hold: run headroom \
                check-config.
                """
        ) { .flag($0.report.configuration.lastReloadSucceeded) },
        single(
            "headroom_config_last_reload_success_timestamp_seconds", .gauge, .seconds,
            help: "When the configuration file was last read and found good."
        ) { $0.report.configuration.lastReloadSuccess.map { .moment($0) } },
        labelled(
            "headroom_errors_total", .counter, nil, ["part", "kind"],
            help: """
                What could not be read or done since the start, by the part of the host and the kind of error. The log has \
                the text of each.
                """
        ) { scene in
            scene.report.errors.sorted { $0.key < $1.key }.map { key, count in
                Sample(LabelSet([Label("part", key.part), Label("kind", key.kind)]), .integer(count))
            }
        },
    ]

    #if arch(x86_64)
        private static let machine = "x86_64"
    #elseif arch(arm64)
        private static let machine = "arm64"
    #else
        private static let machine = "other"
    #endif
}
