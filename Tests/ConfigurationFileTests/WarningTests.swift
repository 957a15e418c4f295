// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Owners
import Policy
import Testing
import Units

@Suite struct WarningTests {
    private func warnings(_ text: String) throws -> [String] {
        try read(text).warnings.map { "\($0.line):\($0.column) \($0.text)" }
    }

    @Test func `Each key without effect is accepted, and says so`() throws {
        let rule = try warnings("rules:\n- horizon: 10m\n  priority: -3\n  weight: 2.5\n")
        #expect(
            rule == [
                "2:3 `horizon` has no effect in this version", "3:3 `priority` has no effect in this version",
                "4:3 `weight` has no effect in this version",
            ])
        let pool = try warnings("pools:\n- growth: {step: 10%, threshold: 80%, maximum_size: 500GiB, keep_free: 20GiB}\n")
        #expect(pool == ["2:3 `growth` has no effect in this version"])
    }

    @Test func `An alert behind one with the same match is warned about`() throws {
        let alerts = try warnings(
            "alerts:\n- {match: {alertname: 'A*'}, action: pause}\n- {match: {alertname: 'A*'}, action: hold}\n")
        #expect(alerts == ["3:3 an entry above has the same `match`, so this one never acts: the first one does"])
    }

    @Test(arguments: [
        ("", "match: {container: web}"), ("match: {volume: '*'}", "match: {image: x}"), ("match: {pool: '**'}", "name: b"),
        ("match: {container: 'pg-*'}", "match: {container: pg-1, image: x}"),
        ("match: {vg: 'v*'}", "match: {vg: vg, tag: prod}"),
        ("match: {container: 'pg-*'}", "match: {container: 'pg-*'}"),
        ("match: {labels: {tier: '*'}}", "match: {labels: {tier: db, zone: a}}"),
    ])
    func `A rule behind one that matches all that it does is warned about`(first: String, second: String) throws {
        let found = try warnings(
            "rules:\n- {name: a, \(first)}\n- {name: c, \(second.replacing("name: b", with: "mode: off"))}\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("3:3 `c` never holds: the rule at 2:3") == true, "\(found)")
    }

    @Test(arguments: [
        // Not every volume has a container, an image or labels.
        ("match: {tag: '*'}", "match: {vg: vg, lv: data}"), ("match: {lv: '*'}", "mode: off"),
        ("match: {container: '*'}", "match: {volume: web}"), ("match: {image: '*'}", "mode: off"),
        ("match: {labels: {tier: '*'}}", "mode: off"), ("match: {labels: {tier: '*'}}", "match: {labels: {zone: a}}"),
        ("match: {container: 'pg-*'}", "match: {container: 'pg-1*'}"),
        ("match: {container: 'pg-?'}", "match: {container: pg-12}"),
        ("match: {owner: docker}", "match: {pool: docker}"),
    ])
    func `A rule that an earlier one leaves something for is not warned about`(first: String, second: String) throws {
        #expect(try warnings("rules:\n- {name: a, \(first)}\n- {name: c, \(second)}\n") == [])
    }

    @Test func `A pool's entry behind one that matches every pool is warned about`() throws {
        #expect(try warnings("pools:\n- match: {pool: x}\n- {}\n- match: {pool: y}\n").map { $0.prefix(3) } == ["4:3"])
    }

    @Test func `An owner that nobody is called is warned about, a pattern that fits one is not`() throws {
        let found = try warnings("rules:\n- match: {owner: dokcer}\n")
        #expect(found.count == 1)
        #expect(found[0].hasPrefix("2:18 no owner is called `dokcer`") && found[0].hasSuffix("did you mean `docker`?"))
        #expect(try warnings("rules:\n- match: {owner: '*er*'}\n") == [])
        #expect(try warnings("rules:\n- match: {owner: lxd}\n- match: {owner: incus}\n") == [])
    }

    @Test func `A hook that would not be run is warned about, with the reason`() throws {
        let loaded = try read("plain:\n  hook: [/sbin/note]\n", hookFault: "it is not executable")
        #expect(loaded.rules.plainHook == OwnerHook(command: ["/sbin/note"]))
        #expect(loaded.warnings.map { "\($0.line):\($0.column)" } == ["2:9"])
        #expect(loaded.warnings.first?.text.hasSuffix(": it is not executable") == true)
        #expect(try read("plain: {hook: [/sbin/note]}\n").warnings == [])
    }

    @Test func `A size of a few bytes is taken, and asked about`() throws {
        let loaded = try read("rules:\n- maximum_size: 40\n")
        #expect(loaded.rules.volumes[0].maximumSize?.count == 40)
        #expect(loaded.warnings.first?.text.contains("did you mean `40GiB`?") == true)
    }

    @Test func `Warnings stand among the errors of a wrong file`() throws {
        let error = try #require(throws: ConfigurationError.self) { try read("rules:\n- priority: 1\n  mode: x\n") }
        #expect(error.description.hasPrefix("test.yaml:2:3: warning: `priority`"))
        #expect(error.description.contains("\ntest.yaml:3:9: `mode`"))
    }
}
