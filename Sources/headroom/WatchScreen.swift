// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import FoundationEssentials
import Glibc
import Synchronization

/// The terminal while `status --watch` runs: a thread of its own that draws, reads keys, and gives the terminal back as it was.
final class WatchScreen: Sendable {
    private struct State {
        var input: WatchInput
        var signals: [Int32] = []
    }

    private let state: Mutex<State>
    private let modes: TerminalModes
    private let glyphs: WatchGlyphs
    /// Written to when there is something new; read by the thread.
    private let wake: (read: Int32, write: Int32)

    init?(glyphs: WatchGlyphs, modes: TerminalModes) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        // One who nudges does not wait until it was noticed.
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        wake = (ends[0], ends[1])
        state = Mutex(State(input: WatchInput(now: .now)))
        self.glyphs = glyphs
        self.modes = modes
    }

    func update(_ change: @Sendable (inout WatchInput) -> Void) {
        state.withLock { change(&$0.input) }
        nudge()
    }

    func notice(_ signal: Int32) {
        state.withLock { $0.signals.append(signal) }
        nudge()
    }

    private func nudge() { _ = Glibc.write(wake.write, "!", 1) }

    /// Until somebody wants it to end. A signal that ends it ends the process, once the terminal is as it was.
    func run() async {
        let signal: Int32? = await withCheckedContinuation { continuation in
            let begun = DetachedThread.start(name: "screen") { continuation.resume(returning: self.draw()) }
            if !begun { continuation.resume(returning: nil) }
        }
        if let signal { WatchScreen.die(of: signal) }
    }

    /// As if nobody had caught it, so that whoever sent it sees that.
    private static func die(of signal: Int32) -> Never {
        Glibc.signal(signal, SIG_DFL)
        var one = sigset_t()
        sigemptyset(&one)
        sigaddset(&one, signal)
        pthread_sigmask(SIG_UNBLOCK, &one, nil)
        raise(signal)
        Glibc.exit(128 + signal)
    }

    /// The signal that ended it; nil for a person's wish.
    private func draw() -> Int32? {
        modes.enter()
        defer { modes.leave() }
        var choice = WatchChoice()
        var page = 1
        while true {
            let signals = state.withLock { state in
                defer { state.signals = [] }
                return state.signals
            }
            if let end = signals.first(where: { [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains($0) }) { return end }
            if signals.contains(SIGCONT) { modes.enter() }
            var input = state.withLock { $0.input }
            input.now = .now
            let size = modes.size
            let frame = WatchView(input, choice: choice, width: size.columns, height: size.rows, glyphs: glyphs).frame
            choice.skipped = min(choice.skipped, frame.skippable)
            page = frame.page
            guard modes.show(frame.lines) else { return SIGHUP }
            switch modes.keys(orAfter: .seconds(1), orWhenReadable: wake.read) {
            case nil: return SIGHUP
            case let keys?:
                for key in keys {
                    if key == .suspend { modes.suspend() }
                    if !choice.takes(key, page: page) { return nil }
                }
            }
        }
    }
}
