// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Inventory
import Owners
import Policy
import Units

@testable import Exposition

/// A host on which every name that anybody can give breaks what does not escape, and which has something of every family.
enum HostileHost {
    /// What this machine need not have: a limit on memory.
    static let absent = ["process_virtual_memory_max_bytes"]

    /// A whole scrape.
    static func scrape(as form: TextForm) -> [UInt8] {
        SampleHost.text(report, as: form) + Renderer.text(of: figures, as: form, startedAt: report.startedAt)
    }

    static var report: Report {
        let names = SampleHost.hostileNames
        let volumes = names.enumerated().map { index, name in
            let text = name.description
            let container = Container(id: text, name: text, image: text, namespace: text)
            return SampleHost.volume(
                name, thinID: UInt32(index), owner: .docker(DockerVolume(role: .container, hash: text, container: container)),
                content: SampleHost.mounted(at: text))
        }
        let refusal = Refusal(.reserve, "text", hint: "hint")
        var report = SampleHost.report(
            pools: names.map { SampleHost.pool($0) },
            volumes: volumes + names.map { SampleHost.volume($0, pool: $0) },
            outlooks: names.map { SampleHost.outlook($0, bar: refusal) },
            decisions: volumes.map { SampleHost.decision($0, .refused(refusal), needs: [.threshold]) })
        report.version = "1\"\\\n"
        for name in names {
            report.refusals[name] = [.reserve: 1, .maximumSize: 2]
            report.errors[ErrorKey(part: name.description, kind: "failed")] = 1
        }
        report.refusedSince = Dictionary(uniqueKeysWithValues: volumes.map { ($0.identity, WallTime(seconds: 7)) })
        report.configuration.lastReloadSuccess = WallTime(seconds: 1)
        report.growths.recent = volumes.map {
            FinishedGrowth(
                order: SampleHost.order($0), finishedAt: WallTime(seconds: 5), duration: .seconds(1), reached: .zero,
                failure: nil)
        }
        return report
    }

    private static var figures: ScrapeFigures {
        var requests = RequestFigures()
        requests.webConfigurationIsGood = true
        requests.answered = [404: 3]
        var receivers = ["am:9093", "[::1]:9093/a\"b"].map { NotificationFigures.Receiver(name: $0) }
        receivers[0].lastSuccess = WallTime(seconds: 5)
        return ScrapeFigures(
            requests: requests, notifications: NotificationFigures(receivers: receivers, dropped: 1),
            process: ProcessFigures.read())
    }
}
