// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import YAML

@Suite struct ReadingTests {
    @Test func `A mapping keeps its order, and every key and value knows where it stands`() throws {
        let root = try read("b: 1\na:\n  - x\n  - {k: 'v'}\n")
        let entries = try #require(root?.mapping)
        #expect(entries.map(\.key) == ["b", "a"])
        #expect(entries[0].keyMark == Mark(line: 1, column: 1))
        #expect(entries[0].value.mark == Mark(line: 1, column: 4))
        let list = try #require(entries[1].value.sequence)
        #expect(list[0] == YAMLNode(.scalar(.init("x")), at: Mark(line: 3, column: 5)))
        let inner = try #require(list[1].mapping?.first)
        #expect(inner.keyMark == Mark(line: 4, column: 6))
        #expect(inner.value == YAMLNode(.scalar(.init("v", isQuoted: true)), at: Mark(line: 4, column: 9)))
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "\u{FEFF}# nothing\n", "   \n# a\n\n"])
    func `A file of comments only has no root`(text: String) throws {
        #expect(try read(text) == nil)
    }

    @Test func `Columns count characters, not bytes`() throws {
        let entry = try #require(try read("ключ: значение # ü\n")?.mapping?.first)
        #expect(entry.value.mark == Mark(line: 1, column: 7))
        #expect(entry.value.scalar?.text == "значение")
    }

    @Test func `A byte order mark moves no column`() throws {
        let entry = try #require(try read("\u{FEFF}a: b\n")?.mapping?.first)
        #expect(entry.keyMark == .start)
        #expect(entry.value.mark == Mark(line: 1, column: 4))
    }

    @Test func `YAML's guesses are not made`() throws {
        let root = try read("[off, 010, 1_000, yes, 12:30, 1e3]")
        #expect(root?.sequence?.compactMap(\.scalar?.text) == ["off", "010", "1_000", "yes", "12:30", "1e3"])
    }

    @Test func `Null is what is written so without quotes`() throws {
        let nodes = try #require(try read("[~, null, '', \"null\", Null, nil]")?.sequence)
        #expect(nodes.map(\.isNull) == [true, true, false, false, true, false])
        #expect(try read("a:\n")?.mapping?.first?.value.isNull == true)
    }

    @Test func `A block text and an escaped text arrive whole`() throws {
        let entries = try #require(try read("a: |\n  one\n  two\nb: \"\\x41\\u00fc\\0\"\n")?.mapping)
        #expect(entries[0].value.scalar == .init("one\ntwo\n", isQuoted: true))
        #expect(entries[1].value.scalar == .init("Aü\0", isQuoted: true))
    }

    @Test func `An explicit single document is read, with its end and a comment behind it`() throws {
        #expect(try read("%YAML 1.1\n---\na: b\n...\n# end\n")?.mapping?.count == 1)
    }
}

func read(_ text: String) throws(YAMLError) -> YAMLNode? { try YAMLDocument(parsing: Array(text.utf8)).root }
