// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import headroom

@Suite struct TableTests {
    private func table(_ names: [String]) -> Table {
        var table = Table(columns: [.init(title: "VOLUME", least: 8), .init(title: "SIZE", isNumber: true)])
        table.rows = names.map { [.init($0), .init("1GiB")] }
        return table
    }

    @Test func `numbers stand at the right, names at the left`() {
        let lines = table(["a", "longer"]).rendered(for: Terminal(width: 80)).split(separator: "\n")
        #expect(lines == ["VOLUME  SIZE", "a       1GiB", "longer  1GiB"])
    }

    @Test func `no line is wider than the terminal, and both ends of a long name are kept`() {
        let name = "docker-254:0-131-" + String(repeating: "0123456789abcdef", count: 4)
        let text = table([name]).rendered(for: Terminal(width: 40))
        for line in text.split(separator: "\n") { #expect(line.count <= 40) }
        #expect(text.contains("docker-"))
        #expect(text.contains("cdef"))
    }

    @Test func `a name cannot move the cursor or break a line`() {
        let text = table(["evil\u{1B}[2J\nname\r\u{202E}"]).rendered(for: Terminal(width: 80))
        #expect(text.split(separator: "\n").count == 2)
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x202E })
    }

    @Test func `there is colour only where it is welcome`() {
        var table = Table(columns: [.init(title: "STATE")])
        table.rows = [[.init("failed", .red)]]
        #expect(!table.rendered(for: Terminal(width: 80)).contains("\u{1B}"))
        #expect(table.rendered(for: Terminal(width: 80, hasColour: true)).contains("\u{1B}[31mfailed\u{1B}[0m"))
    }
}
