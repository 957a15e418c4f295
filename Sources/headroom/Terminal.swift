// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// What the command's output goes to: its width, and whether colour is welcome (never into a pipe, never with NO_COLOR).
struct Terminal {
    let isTerminal: Bool
    let hasColour: Bool
    /// Columns, at least 40.
    let width: Int

    static let standardOutput = Terminal(descriptor: STDOUT_FILENO)

    init(width: Int, isTerminal: Bool = false, hasColour: Bool = false) {
        self.width = width
        self.isTerminal = isTerminal
        self.hasColour = hasColour
    }

    init(descriptor: Int32) {
        isTerminal = isatty(descriptor) == 1
        let noColour = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        hasColour = isTerminal && !noColour
        var size = winsize()
        let isKnown = isTerminal && ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        let columns = getenv("COLUMNS").flatMap { Int(String(cString: $0)) }
        width = max(isKnown ? Int(size.ws_col) : columns ?? (isTerminal ? 80 : 200), 40)
    }

    enum Colour: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case dim = "2"
        case bold = "1"
    }

    func paint(_ text: String, _ colour: Colour?) -> String {
        guard hasColour, let colour else { return text }
        return "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
    }
}

extension Terminal {
    /// It can be drawn on, as almost all can: not one that calls itself dumb, or has no name.
    static var canBeDrawnOn: Bool {
        guard let name = getenv("TERM").map({ String(cString: $0) }) else { return false }
        return !["", "dumb", "unknown"].contains(name)
    }

    /// What the locale says of its characters.
    static var hasUnicode: Bool {
        let names = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { (name: String) in getenv(name).map { String(cString: $0) } }
        let locale = (names.first { !$0.isEmpty } ?? "").lowercased()
        return locale.hasSuffix("utf-8") || locale.hasSuffix("utf8") || locale.contains("utf-8@") || locale.contains("utf8@")
    }
}

/// Writes all of it, whatever the size of the pipe. False when nobody reads it any more.
@discardableResult
func write(_ text: String, to descriptor: Int32) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        if written < 0, errno == EINTR { continue }
        guard written > 0 else { return false }
        bytes = bytes.dropFirst(written)
    }
    return true
}
