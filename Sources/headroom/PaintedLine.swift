// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A line for a terminal: pieces of text, each perhaps in a colour. How wide it is can be told, as no piece has control characters.
struct PaintedLine: Hashable {
    struct Piece: Hashable {
        var text: String
        var colour: Terminal.Colour?
    }

    private(set) var pieces: [Piece] = []

    init() {}

    init(_ text: String, _ colour: Terminal.Colour? = nil) { add(text, colour) }

    mutating func add(_ text: String, _ colour: Terminal.Colour? = nil) {
        if !text.isEmpty { pieces.append(Piece(text: text, colour: colour)) }
    }

    /// Without colour.
    var text: String { pieces.map(\.text).joined() }
    var columns: Int { pieces.reduce(0) { $0 + $1.text.columns } }

    /// Its beginning, no wider than this.
    func fitted(to width: Int) -> PaintedLine {
        var line = PaintedLine()
        var room = width
        for piece in pieces where room > 0 {
            let text = piece.text.beginning(columns: room)
            line.add(text, piece.colour)
            room = text == piece.text ? room - text.columns : 0
        }
        return line
    }

    /// The same in one colour, which takes the place of all others.
    func painted(_ colour: Terminal.Colour) -> PaintedLine { PaintedLine(text, colour) }

    func text(for terminal: Terminal) -> String { pieces.map { terminal.paint($0.text, $0.colour) }.joined() }
}
