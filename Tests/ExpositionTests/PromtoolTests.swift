// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Inventory
import Owners
import Policy
import Testing
import Units

@testable import Exposition

@Suite(.enabled(if: Promtool.isInstalled, "promtool comes with Debian's package `prometheus`"))
struct PromtoolTests {
    @Test func `promtool finds nothing in a report whose every name is hostile`() throws {
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
        report.configuration.lastReloadSuccess = WallTime(seconds: 1)
        report.growths.recent = volumes.map {
            FinishedGrowth(
                order: SampleHost.order($0), finishedAt: WallTime(seconds: 5), duration: .seconds(1), reached: .zero,
                failure: nil)
        }
        var renderer = Renderer()
        _ = renderer.update(to: report)
        var requests = RequestFigures()
        requests.webConfigurationIsGood = true
        var receivers = ["am:9093", "[::1]:9093/a\"b"].map { NotificationFigures.Receiver(name: $0) }
        receivers[0].lastSuccess = WallTime(seconds: 5)
        let notifications = NotificationFigures(receivers: receivers, dropped: 1)
        let all =
            renderer.text + Renderer.text(of: requests) + Renderer.text(of: notifications)
            + Renderer.text(of: ProcessFigures.read())
        let result = try Promtool.check(metrics: all)
        #expect(result.isClean && result.output.isEmpty, "\(result.output)")
        for family in MetricFamily.all where family.name != "process_virtual_memory_max_bytes" {
            let heading = "# TYPE \(family.name) \(family.type.rawValue)\n"
            #expect(String(decoding: all, as: UTF8.self).contains(heading), "\(family.name) was not checked")
        }
    }

    @Test func `promtool finds nothing before the first look`() throws {
        var renderer = Renderer()
        _ = renderer.update(to: Report(hostKind: "linux", version: "1", mode: .observe, startedAt: WallTime(seconds: 1)))
        let result = try Promtool.check(metrics: renderer.text)
        #expect(result.isClean && result.output.isEmpty, "\(result.output)")
    }

    /// So that a finding above would be seen at all.
    @Test func `promtool finds a name that it dislikes`() throws {
        let result = try Promtool.check(metrics: Array("# TYPE a_total gauge\na_total 1\n".utf8))
        #expect(!result.isClean)
    }
}
