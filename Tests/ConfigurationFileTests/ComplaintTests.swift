// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Testing

/// One mistake, where it is, and what is said about it.
struct Mistake: Sendable, CustomTestStringConvertible {
    let text: String
    let line: Int
    let column: Int
    let says: [String]

    init(_ text: String, _ line: Int, _ column: Int, _ says: String...) {
        self.init(text, line, column, says)
    }

    private init(_ text: String, _ line: Int, _ column: Int, _ says: [String]) {
        self.text = text
        self.line = line
        self.column = column
        self.says = says
    }

    var testDescription: String { text.debugDescription }

    /// On the second line, which is all of a rule.
    static func inRule(_ line: String, column: Int, _ says: String...) -> Mistake {
        Mistake("rules:\n- \(line)\n", 2, column, says)
    }
}

@Suite struct ComplaintTests {
    @Test(arguments: [
        Mistake.inRule("treshold: 80%", column: 3, "`treshold`", "did you mean `threshold`?"),
        Mistake.inRule("max-size: 80GiB", column: 3, "did you mean `maximum_size`?"),
        Mistake.inRule("maximumSize: 80GiB", column: 3, "did you mean `maximum_size`?"),
        Mistake.inRule("taregt: 50%", column: 3, "did you mean `target`?"),
        Mistake.inRule("container: web", column: 3, "`container` belongs in `match` of an entry of `rules`"),
        Mistake.inRule("reserve: 10%", column: 3, "belongs in an entry of `pools`"),
        Mistake.inRule("interval: 10s", column: 3, "belongs in `poll`"),
        Mistake.inRule("metdata: 10%", column: 3, "did you mean `metadata`, which belongs in `reserve`"),
        Mistake.inRule("colour: red", column: 3, "it knows `name`, `match`, `mode`"),
        Mistake.inRule("match: {volum: x}", column: 11, "did you mean `volume`?"),
        Mistake.inRule("match: {threshold: 80%}", column: 11, "belongs in an entry of `rules`"),
        Mistake("hook: [/sbin/note]\n", 1, 1, "`hook` belongs in `plain`"),
        Mistake("audit: {path: /x}\n", 1, 9, "`path` is not a key of `audit`: it knows `file`, `journald`"),
        Mistake("threshold: 80%\n", 1, 1, "belongs in an entry of `rules`"),
        Mistake("volumes: []\n", 1, 1, "is not a key of the top of the file"),
        Mistake("pools:\n- pool: x\n", 2, 3, "`pool` belongs in `match` of an entry of `pools`"),
        Mistake("pools:\n- reserve: {dat: 1%}\n", 2, 13, "did you mean `data`?"),
        Mistake("\"a\\nb\\e\": 1\n", 1, 1, #"`a\nb\u{1B}`"#),
    ])
    func `An unknown key is placed, and the key that was meant is named`(_ mistake: Mistake) throws {
        try expectOnly(mistake)
    }

    @Test(arguments: [
        Mistake("audit: /var/log/x\n", 1, 8, "`audit` is made of keys"),
        Mistake("audit: {file: audit.jsonl}\n", 1, 15, "no absolute path of a file", "/var/log/headroom/audit.jsonl"),
        Mistake("audit: {file: /var/log/}\n", 1, 15, "no absolute path of a file"),
        Mistake("audit: {journald: yes}\n", 1, 19, "`journald` cannot be `yes`", "`true`, `false`"),
        Mistake("audit: {journald: true, file: /x}\n", 1, 25, "goes to one place"),
        Mistake.inRule("threshold: 80", column: 14, "did you mean `80%`?"),
        Mistake.inRule("threshold: 1.5", column: 14, "did you mean `1.5%`?"),
        Mistake.inRule("threshold: 120%", column: 14, "above 0 and at most 100%"),
        Mistake.inRule("threshold: 0", column: 14, "above 0 and at most 100%"),
        Mistake.inRule("threshold: 0x1%", column: 14, "is not a share", "`80%`"),
        Mistake.inRule("threshold: -5%", column: 14, "is not a share"),
        Mistake.inRule("threshold: 1e-1", column: 14, "is not a share"),
        Mistake.inRule("threshold: inf", column: 14, "is not a share"),
        Mistake.inRule("threshold: [80%]", column: 14, "is a single value, and here is a list"),
        Mistake.inRule("threshold: {a: 1}", column: 14, "here is a mapping"),
        Mistake.inRule("threshold:", column: 3, "`threshold` has no value", "`80%`"),
        Mistake.inRule("minimum_size: 40GB", column: 17, "`40GB` is not a size", "`40GiB`"),
        Mistake.inRule("minimum_size: 40 gigabytes", column: 17, "`40GiB`"),
        Mistake.inRule("maximum_size: lots", column: 17, "`200GiB`"),
        Mistake.inRule("maximum_size: 0", column: 17, "above zero"),
        Mistake.inRule("maximum_size: 17EiB", column: 17, "is not a size"),
        Mistake.inRule("cooldown: 15", column: 13, "is not a time", "`15s`"),
        Mistake.inRule("cooldown: 5 minutes", column: 13, "`5m`"),
        Mistake.inRule("cooldown: 1h30m", column: 13, "one number and one of"),
        Mistake.inRule("mode: enforced", column: 9, "did you mean `enforce`?"),
        Mistake.inRule("mode: true", column: 9, "`observe`, `enforce`, `off`"),
        Mistake.inRule("maximum_share: 0%", column: 18, "above 0"),
        Mistake.inRule("priority: high", column: 13, "is not a whole number"),
        Mistake.inRule("weight: 0", column: 11, "is not a number above 0"),
        Mistake.inRule("horizon: soon", column: 12, "is not a time"),
        Mistake.inRule("name: ''", column: 9, "1 to 128 characters"),
        Mistake.inRule("name: \"a\\nb\"", column: 9, "one line"),
        Mistake.inRule("match: {container: ''}", column: 22, "empty pattern"),
        Mistake.inRule("match: {labels: [a]}", column: 19, "`labels` is made of keys"),
        Mistake("mode: off\n", 1, 7, "is for an entry of `rules`"),
        Mistake("poll: 15s\n", 1, 7, "`poll` is made of keys, and here is a single value", "`interval: ...`"),
        Mistake("poll: {interval: 500ms}\n", 1, 18, "between 1s and 1h"),
        Mistake("poll: {interval: 2h}\n", 1, 18, "between 1s and 1h"),
        Mistake("poll: {fastest: 1ms}\n", 1, 17, "at least 10ms"),
        Mistake("plain: {hook: /sbin/note}\n", 1, 15, "without a shell", "`[/usr/local/sbin/note-size]`"),
        Mistake("plain: {hook: [note]}\n", 1, 16, "`note` is no absolute path"),
        Mistake("plain: {hook: []}\n", 1, 15, "1 to 64 words"),
        Mistake("plain: {hook: [/sbin/note, [a]]}\n", 1, 15, "1 to 64 words"),
        Mistake("plain: {hook: [/sbin/note], hook_timeout: 2m}\n", 1, 43, "between 1s and 50s"),
        Mistake("plain: {hook_timeout: 5s}\n", 1, 9, "is for a `hook`"),
        Mistake("rules:\n  name: x\n", 2, 3, "is a list", "`- `"),
        Mistake("rules: [x]\n", 1, 9, "is made of keys"),
        Mistake("- a\n", 1, 1, "the top of the file is made of keys"),
        Mistake("pools:\n- reserve: {data: 100%}\n", 2, 19, "below 100%"),
        Mistake("pools:\n- assumed_fill_rate: fast\n", 2, 22, "is not a rate"),
        Mistake("pools:\n- assumed_fill_rate: 256MB/s\n", 2, 22, "`256MiB`"),
        Mistake("pools:\n- overcommit_limit: 8x\n", 2, 21, "is not a number above 0"),
        Mistake("pools:\n- overcommit_limit: 0\n", 2, 21, "is not a number above 0"),
        Mistake("a: 1\na: 2\n", 2, 1, "the first is at 1:1"),
        Mistake("rules:\n- match: {container: *}\n", 2, 22, "quotes"),
    ])
    func `A wrong value is placed, and a right one is named`(_ mistake: Mistake) throws {
        try expectOnly(mistake)
    }

    @Test(arguments: [
        Mistake("rules:\n- threshold: 70%\n  target: 75%\n", 3, 11, "`target` (75%) is not below `threshold` (70%)"),
        Mistake("rules:\n- target: 75%\n  threshold: 75%\n", 3, 14, "is not below"),
        Mistake("rules:\n- threshold: 50%\n  target: 60%\n", 3, 11, "`target` (60%)", "below 50%"),
        Mistake("rules:\n- target: 90%\n", 2, 11, "`threshold` (80% when left out)"),
        Mistake("rules:\n- minimum_step: 2GiB\n  maximum_step: 1GiB\n", 3, 17, "at most 1GiB", "at least 2GiB"),
        Mistake("rules:\n- minimum_step: 100GiB\n", 2, 17, "`maximum_step` (50GiB when left out)"),
        Mistake(
            "rules:\n- maximum_size: 1GiB\n  minimum_size: 2GiB\n", 3, 17, "`minimum_size` (2GiB) is above `maximum_size`"),
        Mistake("poll: {interval: 1s, fastest: 2s}\n", 1, 31, "at most 1s"),
        Mistake("poll: {fastest: 20s}\n", 1, 17, "which is 15s when left out"),
        Mistake("rules:\n- name: a\n- name: a\n  match: {volume: x}\n", 3, 9, "the rule at 2:9 is called `a` too"),
    ])
    func `Values in the wrong order are placed, with both of them`(_ mistake: Mistake) throws {
        try expectOnly(mistake)
    }

    @Test(arguments: [
        Mistake("alerts:\n- match: {alertname: A}\n  action: growe\n  by: 5%\n", 3, 11, "did you mean `grow`?"),
        Mistake("alerts:\n- match: {alertname: A}\n", 2, 3, "no `action`"),
        Mistake("alerts:\n- action: hold\n", 2, 3, "matches no label"),
        Mistake("alerts:\n- match: {a: b}\n  action: grow\n", 2, 3, "one of `by` and `to`"),
        Mistake("alerts:\n- match: {a: b}\n  action: grow\n  by: 20%\n  to: 1GiB\n", 5, 3, "one of `by` and `to`"),
        Mistake("alerts:\n- match: {a: b}\n  action: hold\n  by: 20%\n", 4, 3, "is for `action: grow`"),
        Mistake("alerts:\n- match: {a: b}\n  action: exceed-reserve\n", 2, 3, "one of `by` and `to`"),
        Mistake("alerts:\n- match: {a: b}\n  action: exceed-reserve\n  by: 1G\n  for: 25h\n", 5, 8, "between 1s and 24h"),
        Mistake("alerts:\n- match: {a: b}\n  action: pin\n", 2, 3, "says what is pinned"),
        Mistake("alerts:\n- match: {a: b}\n  action: pin\n  pin: {}\n", 4, 3, "nothing is pinned"),
        Mistake("alerts:\n- match: {a: b}\n  action: pin\n  pin: {threshold: 50%, target: 60%}\n", 4, 3, "not below"),
        Mistake("alerts:\n- match: {a: b}\n  action: hold\n  pin: {threshold: 50%}\n", 4, 3, "is for `action: pin`"),
        Mistake("alerts:\n- match: {a: b}\n  action: grow\n  by: 1G\n  target: {pool: p}\n", 5, 12, "not grown by an alert"),
        Mistake("alerts:\n- match: {a: b}\n  action: pause\n  target: {volume: p}\n", 4, 12, "is for a pool"),
        Mistake("alerts:\n- match: {a: b}\n  action: hold\n  cooldown: 8d\n", 4, 13, "at most"),
        Mistake("alerts:\n- match: {a: b}\n  action: hold\n  target: {volume: a-b}\n", 4, 20, "not the name of a label"),
        Mistake("alerts:\n- match: {a: b}\n  action: hold\n  target: {volume: a, pool: b}\n", 4, 3, "which one label"),
        Mistake("pools:\n- growth: {step: 10}\n", 2, 18, "`10%`"),
        Mistake("pools:\n- growth: {keep: 10GiB}\n", 2, 12, "it knows"),
    ])
    func `What has no effect yet is checked all the same`(_ mistake: Mistake) throws {
        try expectOnly(mistake)
    }

    @Test func `All mistakes are told at once, in the order of the file`() throws {
        let text = """
            mode: enforse
            poll: {interval: 5}
            pools:
              - reserve: {data: 10, metadate: 5%}
            rules:
              - name: web
                treshold: 70%
                maximum_step: 10GB
              - threshold: 40%
                target: 55%
            """
        let complaints = try mistakes(in: text)
        #expect(complaints.map { "\($0.line):\($0.column)" } == ["1:7", "2:18", "4:21", "4:25", "7:5", "8:19", "10:13"])
    }

    @Test func `A complaint is shown as editors understand it, and a warning says that it is one`() {
        let error = Complaint(line: 3, column: 5, severity: .error, text: "so")
        #expect(error.rendered(in: "/etc/h.yaml") == "/etc/h.yaml:3:5: so")
        let warning = Complaint(line: 3, column: 5, severity: .warning, text: "so")
        #expect(warning.rendered(in: "h") == "h:3:5: warning: so")
    }

    @Test func `A file of thousands of mistakes is answered with so many lines as a person reads`() throws {
        let text = (0..<5000).map { "k\($0): 1\n" }.joined()
        let error = try #require(throws: ConfigurationError.self) { try read(text) }
        let lines = error.description.split(separator: "\n")
        #expect(lines.count == ConfigurationError.Limits.shown + 1)
        #expect(lines.last?.contains("4900 more") == true)
    }

    private func expectOnly(_ mistake: Mistake) throws {
        let complaints = try mistakes(in: mistake.text)
        #expect(complaints.count == 1, "\(complaints)")
        let complaint = try #require(complaints.first)
        #expect([complaint.line, complaint.column] == [mistake.line, mistake.column], "\(complaint.text)")
        for part in mistake.says { #expect(complaint.text.contains(part), "\(complaint.text)") }
    }
}

func read(_ text: String, hookFault: String? = nil) throws(ConfigurationError) -> Configuration.Loaded {
    try Configuration.read(Array(text.utf8), path: "test.yaml") { _ in hookFault }
}

/// The errors in a text that has some.
func mistakes(in text: String) throws -> [Complaint] {
    let error = try #require(throws: ConfigurationError.self) { try read(text) }
    guard case .wrong("test.yaml", let complaints) = error else {
        Issue.record("\(error)")
        return []
    }
    return complaints.filter { $0.severity == .error }
}
