// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Glibc
import Synchronization
import Testing

@Suite("Questions that may get stuck", .timeLimit(.minutes(1)))
struct InquiryTests {
    @Test("a stuck thing is not asked again until its former question has come back")
    func asksOnce() async throws {
        let inquiry = Inquiry<Int>(BlockingPool(name: "test"), deadline: .seconds(1))
        let asked = Mutex([Int: Int]())
        let isBlocked = Mutex(true)
        let question: @Sendable (Int) -> Int = { key in
            asked.withLock { $0[key, default: 0] += 1 }
            while key == 7 && isBlocked.withLock({ $0 }) { usleep(1000) }
            return key
        }
        #expect(await inquiry.ask([6, 7, 8], question) == [.value(6), .stuck, .value(8)])
        let clock = ContinuousClock()
        let began = clock.now
        #expect(await inquiry.ask([6, 7, 8], question) == [.value(6), .stuck, .value(8)])
        #expect(clock.now - began < .milliseconds(900))
        #expect(asked.withLock { $0 } == [6: 2, 7: 1, 8: 2])
        isBlocked.withLock { $0 = false }
        for _ in 0..<500 {
            if await inquiry.ask(7, question) == .value(7) { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(asked.withLock { $0[7] } == 2)
    }

    @Test("two may ask the same at the same time")
    func together() async {
        let inquiry = Inquiry<Int>(BlockingPool(name: "test"), deadline: .seconds(5))
        async let first = inquiry.ask(1) { key in
            usleep(20_000)
            return key
        }
        async let second = inquiry.ask(1) { key in
            usleep(20_000)
            return key
        }
        #expect(await [first, second] == [.value(1), .value(1)])
    }
}
