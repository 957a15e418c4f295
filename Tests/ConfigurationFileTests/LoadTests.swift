// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Glibc
import Owners
import Policy
import Testing
import Units

@Suite struct LoadTests {
    @Test(arguments: ["", "\n", "# only a word\n", "---\n", "{}\n", "pools:\nrules:\nalerts:\npoll:\n", "rules: []\n"])
    func `What says nothing gives the defaults`(text: String) throws {
        let loaded = try read(text)
        #expect(loaded.rules == Rules())
        #expect(loaded.warnings == [])
    }

    @Test func `Every key that acts is taken`() throws {
        let rules = try read(
            """
            mode: enforce
            poll: {interval: 30s, fastest: 100ms}
            plain: {hook: [/usr/local/sbin/note-size, --all], hook_timeout: 5s}
            pools:
              - match: {pool: "docker-*"}
                reserve: {data: 12.5%, metadata: 0.2}
                assumed_fill_rate: 1GiB/s
                overcommit_limit: 1.5
            rules:
              - name: databases
                match: {owner: docker, container: "pg-*", image: "postgres:*", volume: "*", pool: "*", labels: {tier: db}}
                mode: off
                threshold: 70%
                target: 0.5
                minimum_step: 1G
                maximum_step: 20GiB
                minimum_size: 40GiB
                maximum_size: 1.5TiB
                maximum_share: 25%
                cooldown: 90s
            """
        ).rules
        #expect(rules.mode == .enforce)
        #expect(rules.poll.interval == .seconds(30))
        #expect(rules.poll.fastest == .milliseconds(100))
        #expect(rules.plainHook == OwnerHook(command: ["/usr/local/sbin/note-size", "--all"], timeout: .seconds(5)))
        let pool = try #require(rules.pools.first)
        #expect(pool.match == Glob("docker-*"))
        #expect(pool.dataReserve == Ratio(0.125))
        #expect(pool.metadataReserve == .percent(20))
        #expect(pool.assumedFillRate == ByteRate(.gibibytes(1), per: .seconds(1)))
        #expect(pool.overcommitLimit == Ratio(1.5))
        let rule = try #require(rules.volumes.first)
        #expect(rule.name == "databases")
        #expect(rule.match.owner == Glob("docker"))
        #expect(rule.match.container == Glob("pg-*"))
        #expect(rule.match.image == Glob("postgres:*"))
        #expect(rule.match.volume == Glob("*"))
        #expect(rule.match.pool == Glob("*"))
        #expect(rule.match.labels == ["tier": Glob("db")])
        #expect(rule.mode == .off)
        #expect(rule.threshold == .percent(70))
        #expect(rule.target == .percent(50))
        #expect(rule.minimumStep == .gibibytes(1))
        #expect(rule.maximumStep == .gibibytes(20))
        #expect(rule.minimumSize == .gibibytes(40))
        #expect(rule.maximumSize == .gibibytes(1536))
        #expect(rule.maximumShare == .percent(25))
        #expect(rule.cooldown == .seconds(90))
    }

    @Test func `A rule without a name is called by its place`() throws {
        #expect(
            try read("rules:\n- match: {volume: a}\n- match: {volume: b}\n").rules.volumes.map(\.name) == ["rule 1", "rule 2"])
    }

    @Test(arguments: [("10%", 0.075), ("50%", 0.375), ("80%", 0.6), ("95%", 0.6)])
    func `A target that is left out is 60 %, and stays below a lower threshold`(threshold: String, target: Double) throws {
        let rule = try #require(try read("rules:\n- threshold: \(threshold)\n").rules.volumes.first)
        #expect(abs(rule.target.value - target) < 1e-9)
    }

    @Test func `A file that is not there is told from one that is wrong`() throws {
        let path = "/nonexistent/headroom.yaml"
        let error = try #require(throws: ConfigurationError.self) { try Configuration.load(path: path) }
        #expect(error == .missing(path: path))
        #expect(error.description.hasPrefix(path))
    }

    @Test func `A directory cannot be read, and the error says what it is`() throws {
        let error = try #require(throws: ConfigurationError.self) { try Configuration.load(path: "/") }
        #expect(error == .unreadable(path: "/", reason: "it is a directory: name a file in it"))
    }

    @Test func `A file without end is refused, not read to the end`() throws {
        let error = try #require(throws: ConfigurationError.self) { try Configuration.load(path: "/dev/zero") }
        guard case .wrong(_, let complaints) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(complaints.map(\.line) == [1])
        #expect(complaints[0].text.contains("1048577 bytes"))
    }

    @Test func `A file on disk reads as its text does`() throws {
        let path = "/tmp/headroom-configuration-\(getpid()).yaml"
        let file = try #require(fopen(path, "w"))
        fputs("mode: enforce\n", file)
        fclose(file)
        defer { unlink(path) }
        #expect(try Configuration.load(path: path).rules.mode == .enforce)
    }
}
