// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import Units

@testable import Engine

@Suite struct ScheduleTests {
    private func second(_ n: Double) -> MonotonicTime { MonotonicTime(nanoseconds: UInt64(n * 1e9)) }

    @Test func `a volume is only kept when it is due before the next whole look`() {
        var schedule = Schedule()
        schedule.wholeLookDone(at: second(100), interval: .seconds(15))
        schedule.look(at: "slow", when: second(116))
        schedule.look(at: "hot", when: second(100.05))
        #expect(schedule.earliest == second(100.05))
        #expect(schedule.due(at: second(100.06)) == ["hot"])
        schedule.look(at: "hot", when: nil)
        #expect(schedule.earliest == second(115))
    }

    @Test func `looks due at nearly the same time are one look`() {
        var schedule = Schedule()
        schedule.wholeLookDone(at: second(0), interval: .seconds(15))
        schedule.look(at: "b", when: second(1.003))
        schedule.look(at: "a", when: second(1))
        schedule.look(at: "c", when: second(1.1))
        #expect(schedule.due(at: second(1)) == ["a", "b"])
    }

    @Test func `a change on the host hastens the whole look and never delays it`() {
        var schedule = Schedule()
        schedule.wholeLookDone(at: second(0), interval: .seconds(15))
        schedule.hasten(notBefore: second(1))
        #expect(schedule.wholeLook == second(1))
        schedule.hasten(notBefore: second(3))
        #expect(schedule.wholeLook == second(1))
    }
}
