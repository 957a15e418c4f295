// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Testing

@testable import headroom

@Suite struct WatchPiecesTests {
    @Test func `wide characters take two columns, marks none`() {
        #expect("web".columns == 3)
        #expect("倉庫".columns == 4)
        #expect("e\u{301}".columns == 1)
        #expect("ﾊﾝｶｸ".columns == 4)
        #expect("👍".columns == 2)
        #expect("█░…".columns == 3)
    }

    @Test func `nothing that moves the cursor is printable`() {
        #expect("a\u{1B}[2J\n\u{202E}b".printable == "a?[2J??b")
        #expect("❤\u{FE0F}".printable == "❤")
    }

    @Test(arguments: 0...30) func `what is cut is as wide as asked or one less, and keeps both ends`(width: Int) {
        for text in [
            "docker-254:0-131-0123456789abcdef-end", "倉庫倉庫倉庫倉庫倉庫倉庫倉庫倉庫倉庫倉庫",
            "e\u{301}" + String(repeating: "x\u{301}", count: 40),
        ] {
            let cut = text.cut(to: width)
            #expect(cut.columns <= width && cut.columns >= width - 2)
            if width > 4 { #expect(cut.first == text.first && cut.last == text.last && cut.contains("…")) }
        }
        #expect("short".cut(to: 5) == "short")
    }

    @Test func `a word that is wider than the line is broken, all others are not`() {
        #expect("ab cdefgh i".wrapped(to: 4) == ["ab", "cdef", "gh i"])
        #expect("倉庫倉庫".wrapped(to: 3) == ["倉", "庫", "倉", "庫"])
        #expect("".wrapped(to: 3) == [""])
    }

    @Test func `a little is never drawn as nothing, and not quite all never as all`() {
        #expect(WatchGlyphs.ascii.bar(0, columns: 4) == "....")
        #expect(WatchGlyphs.ascii.bar(0.001, columns: 4) == "#...")
        #expect(WatchGlyphs.ascii.bar(0.5, columns: 4) == "##..")
        #expect(WatchGlyphs.ascii.bar(0.999, columns: 4) == "###.")
        #expect(WatchGlyphs.ascii.bar(1, columns: 4) == "####")
        #expect(WatchGlyphs.ascii.bar(.nan, columns: 4) == "....")
    }

    @Test func `spans are said as people say them`() {
        let said = [
            (0, "0 s"), (89, "89 s"), (90, "2 min"), (720, "12 min"), (5400, "1.5 h"), (90_000, "25 h"), (864_000, "10 d"),
            (1e9, "over a year"),
        ]
        for (seconds, words) in said { #expect(WatchWords.span(Double(seconds)) == words) }
        #expect(WatchWords.percent(0.999) == "99%" && WatchWords.percent(1) == "100%" && WatchWords.percent(nil) == "-")
    }

    @Test func `keys are read from what terminals send`() {
        #expect(
            WatchKey.keys(in: Array("q\u{1B}[A\u{1B}OB\u{1B}[6~\u{1B}[1;5H\u{3}s".utf8)) == [
                .quit, .up, .down, .pageDown, .top, .quit, .order,
            ])
        #expect(WatchKey.keys(in: [0x1B]) == [.other])
        #expect(WatchKey.keys(in: Array("\u{1B}[".utf8)) == [.other])
        #expect(WatchKey.keys(in: [0xFF, 0xC3]) == [.other, .other])
    }

    @Test func `a piece of a line keeps its colour when the line is cut`() {
        var line = PaintedLine("red", .red)
        line.add("plain")
        #expect(line.fitted(to: 5).text(for: Terminal(width: 80, hasColour: true)) == "\u{1B}[31mred\u{1B}[0mpl")
        #expect(line.fitted(to: 5).text(for: Terminal(width: 80)) == "redpl")
    }
}
