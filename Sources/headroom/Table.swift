// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Columns of text for people: as wide as what is in them, the widest cut when the terminal is too narrow.
struct Table {
    struct Column {
        let title: String
        var isNumber = false
        /// Not narrower than this when it is cut.
        var least = 12
    }

    struct Cell {
        var text: String
        var colour: Terminal.Colour?

        init(_ text: String, _ colour: Terminal.Colour? = nil) {
            self.text = text.printable
            self.colour = colour
        }
    }

    let columns: [Column]
    var rows: [[Cell]] = []

    func rendered(for terminal: Terminal) -> String {
        lines(width: terminal.width).map { $0.text(for: terminal) + "\n" }.joined()
    }

    /// The titles, then the rows.
    func lines(width: Int, ellipsis: String = "…") -> [PaintedLine] {
        var widths = columns.indices.map { column in
            rows.map { $0[column].text.columns }.reduce(columns[column].title.count, max)
        }
        while widths.reduce(0, +) + 2 * (widths.count - 1) > width {
            let cuttable = columns.indices.filter {
                !columns[$0].isNumber && widths[$0] > max(columns[$0].least, columns[$0].title.count)
            }
            guard let widest = cuttable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        let head = columns.map { Cell($0.title, .bold) }
        return ([head] + rows).map { line($0, widths: widths, ellipsis: ellipsis) }
    }

    private func line(_ cells: [Cell], widths: [Int], ellipsis: String) -> PaintedLine {
        var line = PaintedLine()
        for (index, cell) in cells.enumerated() {
            let text = cell.text.cut(to: widths[index], ellipsis: ellipsis)
            let padding = String(repeating: " ", count: max(widths[index] - text.columns, 0))
            if index > 0 { line.add("  ") }
            if columns[index].isNumber { line.add(padding) }
            line.add(text, cell.colour)
            if !columns[index].isNumber, index < cells.count - 1 { line.add(padding) }
        }
        return line
    }
}
