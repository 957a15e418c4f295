// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import Logging
import Synchronization

/// Counts requests that were turned away, and says so in the log, in one line a minute however many they are.
final class Rejections: Sendable {
    private struct State {
        var figures = RequestFigures()
        /// Since the log was told.
        var untold: [RequestFigures.Rejection: UInt64] = [:]
        var last = ""
        var told: ContinuousClock.Instant?
        /// Of wrong passwords and tokens: when the second that is counted began, and how many there were in it.
        var second: (began: ContinuousClock.Instant, count: Int)?
    }

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    var figures: RequestFigures { state.withLock { $0.figures } }

    /// - Parameter client: where it came from.
    func count(_ reason: RequestFigures.Rejection, from client: String, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            state.figures.rejected[reason, default: 0] += 1
            state.untold[reason, default: 0] += 1
            state.last = client
        }
        tell(at: now)
    }

    /// How long the answer to one more wrong password or token waits: nothing, until they come as a flood.
    /// That leaves the machine to others, and makes guessing slow.
    func delay(at now: ContinuousClock.Instant = .now) -> Duration {
        state.withLock { state in
            var second = state.second ?? (now, 0)
            if now - second.began >= .seconds(1) { second = (now, 0) }
            second.count += 1
            state.second = second
            return second.count > Limits.wrongASecond ? Limits.delayOfWrong : .zero
        }
    }

    func countFailedHandshake() { state.withLock { $0.figures.failedHandshakes += 1 } }

    /// Tells what has not been told, a minute after the last time at the earliest.
    func tell(at now: ContinuousClock.Instant) {
        let untold: (counts: [RequestFigures.Rejection: UInt64], last: String)? = state.withLock { state in
            guard !state.untold.isEmpty else { return nil }
            if let told = state.told, now - told < Limits.betweenTellings { return nil }
            defer { state.untold = [:] }
            state.told = now
            return (state.untold, state.last)
        }
        guard let untold else { return }
        let parts = untold.counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.value) \($0.key.rawValue)" }
        logger.warning("requests were turned away: \(parts.joined(separator: ", "))", metadata: ["last_from": "\(untold.last)"])
    }
}
