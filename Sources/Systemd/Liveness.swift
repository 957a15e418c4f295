// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Whether work that is done in rounds goes on, as seen by somebody who looks now and then. Pure.
public struct Liveness: Sendable {
    /// A round that is due may take so long: it looks at hosts whose calls are given up only after seconds.
    public static let patience = Duration.seconds(30)

    private var rounds: UInt64?
    private var since: ContinuousClock.Instant

    public init(now: ContinuousClock.Instant) { since = now }

    /// - Parameters:
    ///   - rounds: how many are done.
    ///   - interval: how long nothing is done between two of them, at most.
    public mutating func goesOn(rounds: UInt64, interval: Duration, now: ContinuousClock.Instant) -> Bool {
        if rounds != self.rounds {
            self.rounds = rounds
            since = now
        }
        return since.duration(to: now) <= interval + Liveness.patience
    }
}
