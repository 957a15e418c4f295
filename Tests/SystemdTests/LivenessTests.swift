// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import Systemd

struct LivenessTests {
    /// What is said of looks at these seconds, with so many rounds done.
    private func said(interval: Duration, _ looks: [(seconds: Int, rounds: UInt64)]) -> [Bool] {
        let start = ContinuousClock.now
        var liveness = Liveness(now: start)
        return looks.map { liveness.goesOn(rounds: $0.rounds, interval: interval, now: start.advanced(by: .seconds($0.seconds))) }
    }

    @Test func `Rounds that are counted go on, however long they take`() {
        #expect(said(interval: .seconds(15), [(40, 1), (80, 2), (300, 3)]) == [true, true, true])
    }

    @Test func `Without a round for longer than one takes it does not go on, until the next is done`() {
        #expect(said(interval: .seconds(15), [(0, 3), (45, 3), (46, 3), (90, 4)]) == [true, true, false, true])
    }

    @Test func `A first round that never ends is noticed`() {
        #expect(said(interval: .seconds(15), [(45, 0), (91, 0)]) == [true, false])
    }

    @Test func `A long interval is waited for`() {
        #expect(said(interval: .seconds(3600), [(0, 1), (3600, 1), (3631, 1)]) == [true, true, false])
    }
}
