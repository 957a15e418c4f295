// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension Unicode.Scalar {
    /// Columns that a terminal gives it: 0 for what stands on the character before it, 2 for wide ones, else 1.
    var columns: Int {
        if value < 0x300 { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return isWide || properties.isEmojiPresentation ? 2 : 1
        }
    }

    /// East Asian wide and full-width forms, as Unicode's table has them in blocks.
    private var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08, 0x1AFF0...0x1B2FB,
            0x20000...0x3FFFD:
            true
        default: false
        }
    }

    /// Shown as it is: nothing that moves the cursor or changes the terminal.
    fileprivate var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

extension StringProtocol {
    /// Columns that a terminal gives it.
    var columns: Int { unicodeScalars.reduce(0) { $0 + $1.columns } }
}

extension String {
    /// With a question mark for each character that would move the cursor, and none that makes others wider or narrower.
    var printable: String {
        var text = String.UnicodeScalarView()
        for scalar in unicodeScalars where !scalar.properties.isVariationSelector {
            text.append(scalar.isPrintable ? scalar : "?")
        }
        return String(text)
    }

    /// The beginning of it, no wider than this.
    func beginning(columns most: Int) -> String {
        var text = String.UnicodeScalarView()
        var taken = 0
        for scalar in unicodeScalars {
            taken += scalar.columns
            if taken > most { break }
            text.append(scalar)
        }
        return String(text)
    }

    /// The end of it, no wider than this.
    func end(columns most: Int) -> String {
        var text: [Unicode.Scalar] = []
        var taken = 0
        for scalar in unicodeScalars.reversed() {
            taken += scalar.columns
            if taken > most { break }
            text.append(scalar)
        }
        // What stands on a character that was left out would stand on another one.
        while let last = text.last, last.columns == 0 { text.removeLast() }
        var view = String.UnicodeScalarView()
        view.append(contentsOf: text.reversed())
        return String(view)
    }

    /// Without its middle, if it is wider than this: what tells long device names apart stands at their ends.
    func cut(to width: Int, ellipsis: String = "…") -> String {
        guard columns > width else { return self }
        guard width > ellipsis.columns + 1 else { return beginning(columns: width) }
        let room = width - ellipsis.columns
        let tail = end(columns: room * 2 / 3)
        return beginning(columns: room - tail.columns) + ellipsis + tail
    }

    /// In lines of at most so many columns, at blanks where there are any.
    func wrapped(to width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for part in split(separator: " ") {
            var word = String(part)
            if !line.isEmpty, line.columns + 1 + word.columns > width {
                lines.append(line)
                line = ""
            }
            while line.isEmpty, word.columns > width {
                let piece = word.beginning(columns: max(width, 2))
                lines.append(piece)
                word = String(String.UnicodeScalarView(word.unicodeScalars.dropFirst(piece.unicodeScalars.count)))
            }
            line += line.isEmpty ? word : " \(word)"
        }
        return lines + [line]
    }
}
