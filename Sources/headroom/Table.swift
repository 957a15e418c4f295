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
            self.text = String(text.unicodeScalars.map { $0.properties.isPrintable ? Character($0) : "?" })
            self.colour = colour
        }
    }

    let columns: [Column]
    var rows: [[Cell]] = []

    func rendered(for terminal: Terminal) -> String {
        var widths = columns.indices.map { column in
            rows.map { $0[column].text.count }.reduce(columns[column].title.count, max)
        }
        while widths.reduce(0, +) + 2 * (widths.count - 1) > terminal.width {
            let cuttable = columns.indices.filter {
                !columns[$0].isNumber && widths[$0] > max(columns[$0].least, columns[$0].title.count)
            }
            guard let widest = cuttable.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
        }
        let head = columns.map { Cell($0.title, .bold) }
        return ([head] + rows).map { line($0, widths: widths, terminal: terminal) }.joined()
    }

    private func line(_ cells: [Cell], widths: [Int], terminal: Terminal) -> String {
        var parts: [String] = []
        for (index, cell) in cells.enumerated() {
            let text = cell.text.count > widths[index] ? Table.cut(cell.text, to: widths[index]) : cell.text
            let padding = String(repeating: " ", count: widths[index] - text.count)
            let painted = terminal.paint(text, cell.colour)
            let isLast = index == cells.count - 1
            parts.append(columns[index].isNumber ? padding + painted : isLast ? painted : painted + padding)
        }
        return parts.joined(separator: "  ") + "\n"
    }

    /// The middle goes: what tells long device names apart stands at their ends.
    static func cut(_ text: String, to width: Int) -> String {
        guard text.count > width, width > 1 else { return text }
        let tail = (width - 1) * 2 / 3
        return String(text.prefix(width - 1 - tail)) + "…" + String(text.suffix(tail))
    }
}

extension Unicode.Scalar.Properties {
    /// Shown as it is: nothing that moves the cursor or changes the terminal.
    fileprivate var isPrintable: Bool {
        switch generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
