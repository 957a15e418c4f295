// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What needs somebody, as lines: a headline each, with what to do below it where there is room.
struct WatchTroubles {
    private let blocks: [(head: PaintedLine, advice: [PaintedLine])]
    private let title: PaintedLine
    private let width: Int

    init(_ troubles: [WatchTrouble], width: Int, glyphs: WatchGlyphs) {
        self.width = width
        title =
            switch troubles.count {
            case 0: PaintedLine("All is well: nothing needs you.", .green)
            case 1: PaintedLine("One thing needs you:", .bold)
            default: PaintedLine("\(troubles.count) things need you, the worst first:", .bold)
            }
        blocks = troubles.map { trouble in
            let isFailing = trouble.rank == .failing
            let colour: Terminal.Colour? = trouble.rank <= .soon ? .red : trouble.rank == .note ? nil : .yellow
            var head = PaintedLine(isFailing ? "!! " : trouble.rank == .note ? "   " : "!  ", colour)
            let words = trouble.words.printable
            // The words tell more than the middle of a name.
            let room = max(width - head.columns - words.columns - 2, width / 3, 8)
            head.add(trouble.subject.printable.cut(to: room, ellipsis: glyphs.ellipsis), .bold)
            head.add("  ")
            head.add(words.clipped(to: max(width - head.columns, 0), ellipsis: glyphs.ellipsis), colour)
            let advice = trouble.advice?.printable.wrapped(to: max(width - 6, 2)).map { PaintedLine("      \($0)") } ?? []
            return (head, advice)
        }
    }

    /// How many lines all of it takes.
    var wanted: Int { 1 + blocks.reduce(0) { $0 + 1 + $1.advice.count } }

    /// As much of it as so many lines take: all headlines before any advice but the first's.
    func lines(most: Int) -> [PaintedLine] {
        guard most > 0 else { return [] }
        var lines = [title]
        let room = most - 1
        let heads = blocks.count <= room ? blocks.count : max(room - 1, 0)
        var left = room - heads - (heads < blocks.count ? 1 : 0)
        for block in blocks.prefix(heads) {
            lines.append(block.head)
            guard block.advice.count <= left else { continue }
            left -= block.advice.count
            lines += block.advice
        }
        if heads < blocks.count, room > 0 { lines.append(PaintedLine("   and \(blocks.count - heads) more", .dim)) }
        return lines.map { $0.fitted(to: width) }
    }
}
