// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Policy

/// The state of things in a line, for `systemctl status`.
enum ServiceStatus {
    static func line(of report: Report) -> String {
        var parts = ["mode \(report.mode.rawValue)"]
        if let snapshot = report.snapshot {
            parts.append(count(snapshot.pools.count, "pool") + ", " + count(snapshot.volumes.count, "volume"))
        }
        if let error = report.polls.lastError { parts.append("the host could not be looked at: \(error)") }
        if !report.configuration.lastReloadSucceeded { parts.append("the configuration file is wrong, the old rules hold") }
        let verdicts = report.plan?.decisions.map(\.verdict) ?? []
        let refused = verdicts.count { if case .refused = $0 { true } else { false } }
        if refused > 0 { parts.append("\(refused) should be larger and not grown") }
        let wished = verdicts.count { if case .wouldGrow = $0 { true } else { false } }
        if wished > 0 { parts.append("\(wished) would be grown in mode enforce") }
        let done = report.growths.byPool.values.reduce(0) { $0 + $1.done }
        if done > 0 { parts.append(count(Int(clamping: done), "growth") + " since the start") }
        if !report.growths.running.isEmpty { parts.append("\(report.growths.running.count) being grown now") }
        return parts.joined(separator: "; ")
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
