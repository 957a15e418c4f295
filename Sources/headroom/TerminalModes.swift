// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Units

/// A terminal as a screen: taken over, drawn on, asked for keys, and given back as it was.
struct TerminalModes: Sendable {
    private let terminal: Terminal
    /// As its line discipline was before; nil where the input is no terminal, and so has no keys.
    private let before: termios?

    struct Size: Hashable, Sendable {
        var columns: Int
        var rows: Int
    }

    init(_ terminal: Terminal) {
        self.terminal = terminal
        var found = termios()
        before = tcgetattr(STDIN_FILENO, &found) == 0 ? found : nil
    }

    /// The other screen, without a cursor, and without line breaks of its own where a character is wider than it was taken for.
    private static let entering = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
    private static let leaving = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

    func enter() {
        if var modes = before {
            // Control-C comes as a key, so that the terminal is given back first.
            modes.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG | IEXTEN)
            modes.c_iflag &= ~tcflag_t(IXON)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &modes)
        }
        write(TerminalModes.entering, to: STDOUT_FILENO)
    }

    func leave() {
        write(TerminalModes.leaving, to: STDOUT_FILENO)
        if var modes = before { tcsetattr(STDIN_FILENO, TCSAFLUSH, &modes) }
    }

    /// Control-Z: until the shell continues it.
    func suspend() {
        leave()
        // To this thread, which else may be back on the other screen before it stops.
        raise(SIGSTOP)
        enter()
    }

    var size: Size {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return Size(columns: 80, rows: 24)
        }
        return Size(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// False when the terminal is gone.
    func show(_ lines: [PaintedLine]) -> Bool {
        let width = size.columns
        let drawn = lines.map { line in
            // In a line that is full this would take its last character away.
            line.text(for: terminal) + (line.columns < width ? "\u{1B}[K" : "")
        }
        return write("\u{1B}[H" + drawn.joined(separator: "\r\n") + "\u{1B}[J", to: STDOUT_FILENO)
    }

    /// What was pressed until then, or until the other descriptor has something, which is read and thrown away. Nil when the terminal
    /// is gone.
    func keys(orAfter wait: Duration, orWhenReadable other: Int32) -> [WatchKey]? {
        var waiting = [
            pollfd(fd: other, events: Int16(POLLIN), revents: 0),
            pollfd(fd: before == nil ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&waiting, 2, Int32(clamping: wait.nanosecondsClamped / 1_000_000)) > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: 256)
        if waiting[0].revents != 0 { _ = read(other, &bytes, bytes.count) }
        guard waiting[1].revents != 0 else { return [] }
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count < 0 { return errno == EINTR || errno == EAGAIN ? [] : nil }
        return count == 0 ? nil : WatchKey.keys(in: Array(bytes.prefix(count)))
    }
}
