// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import Systemd

struct LivenessTests {
    let start = ContinuousClock.now

    @Test func `Rounds that are counted go on, however long they take`() {
        var liveness = Liveness(now: start)
        for round in 1...10 {
            let now = start.advanced(by: .seconds(40 * round))
            #expect(liveness.goesOn(rounds: UInt64(round), interval: .seconds(15), now: now))
        }
    }

    @Test func `Without a round for longer than one takes it does not go on, until the next is done`() {
        var liveness = Liveness(now: start)
        #expect(liveness.goesOn(rounds: 3, interval: .seconds(15), now: start))
        #expect(liveness.goesOn(rounds: 3, interval: .seconds(15), now: start.advanced(by: .seconds(45))))
        #expect(!liveness.goesOn(rounds: 3, interval: .seconds(15), now: start.advanced(by: .seconds(46))))
        #expect(liveness.goesOn(rounds: 4, interval: .seconds(15), now: start.advanced(by: .seconds(90))))
    }

    @Test func `A long interval is waited for`() {
        var liveness = Liveness(now: start)
        #expect(liveness.goesOn(rounds: 1, interval: .seconds(3600), now: start))
        #expect(liveness.goesOn(rounds: 1, interval: .seconds(3600), now: start.advanced(by: .seconds(3600))))
    }
}
