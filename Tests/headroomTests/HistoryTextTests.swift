// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import Journal
import Policy
import Testing
import Units

@testable import headroom

@Suite struct HistoryTextTests {
    private func records(_ text: String) -> [HistoryRecord] {
        (1...3).map { n in
            var entry = HistoryEntry(
                time: WallTime(seconds: 1_700_000_000 + Double(n)), kind: n == 1 ? .decision : .growth,
                event: n == 1 ? "would_grow" : "done", by: n == 2 ? Asked(author: "alice", source: .api) : nil, text: text)
            entry.volume = "docker-254:0-131-" + String(repeating: "0123456789abcdef", count: 4)
            if n == 3 {
                entry.container = .init(id: "abc", name: "web")
                entry.isRunway = true
            }
            return HistoryRecord(id: Int64(n), hash: [UInt8](repeating: 7, count: 32), entry: entry)
        }
    }

    private func text(_ records: [HistoryRecord], _ width: Int) -> String {
        HistoryText(HistoryDocument(records), for: Terminal(width: width)).text
    }

    @Test(arguments: [40, 80, 120, 200]) func `no line is wider than the terminal, and every word is there`(width: Int) {
        let sentence = (1...40).map { "word\($0)" }.joined(separator: " ")
        let told = text(records(sentence), width)
        for line in told.split(separator: "\n") { #expect(line.count <= max(width, 84), "\(width): \(line.count)") }
        if width >= 80 { #expect(told.split(separator: "\n").allSatisfy { $0.count <= width }) }
        for n in 1...40 { #expect(told.contains("word\(n)")) }
    }

    @Test func `in a wide terminal a sentence stands beside its heading, in a narrow one below it`() {
        let wide = text(records("it is so"), 200).split(separator: "\n")
        #expect(wide.count == 4 && wide[0].hasSuffix("BY           TEXT") && wide[1].contains("would grow"))
        #expect(wide[2].contains("2023-11-14T22:13:22Z  growth done") && wide[2].hasSuffix("alice (api)  it is so"))
        #expect(wide[3].contains("runway done") && wide[3].contains("web") && wide[3].contains("rules"))
        let narrow = text(records("it is so"), 80).split(separator: "\n")
        #expect(narrow.count == 7 && narrow[2] == "    it is so")
    }

    @Test func `a text cannot move the cursor or break a line`() {
        let told = text(records("evil\u{1B}[2J\nname\r\u{202E}\u{0}"), 200)
        #expect(told.split(separator: "\n").count == 4)
        #expect(told.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x202E })
    }

    @Test func `a verification tells how many, from when to when, and the newest hash`() {
        var found = HistoryVerification()
        #expect(HistoryText(HistoryDocument(found), for: Terminal(width: 80)).text == "there are no entries\n")
        found.entries = 2
        (found.first, found.last) = (WallTime(seconds: 1_700_000_000), WallTime(seconds: 1_700_000_001))
        (found.newestID, found.newestHash) = (9, [UInt8](repeating: 0xAB, count: 32))
        found.gone = 7
        var told = HistoryText(HistoryDocument(found), for: Terminal(width: 80)).text
        #expect(told.contains("2 entries from 2023-11-14T22:13:20Z to 2023-11-14T22:13:21Z: all are as they were written"))
        #expect(told.contains("the newest is 9, its hash \(String(repeating: "ab", count: 32))") && told.contains("7 older ones"))
        found.fault = .init(id: 10, text: "x")
        told = HistoryText(HistoryDocument(found), for: Terminal(width: 80)).text
        #expect(told.contains("those before the fault are as they were written"))
    }
}
