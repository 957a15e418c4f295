// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Synchronization
import Testing

@testable import Deadlines

/// Something that blocks until it is let go, as a dead filesystem does.
private final class Gate: Sendable {
    private let ends: (read: Int32, write: Int32)

    init() {
        var pair: [Int32] = [0, 0]
        precondition(pipe(&pair) == 0)
        ends = (pair[0], pair[1])
    }

    /// Blocks until `open()`.
    func pass() {
        var byte: UInt8 = 0
        _ = read(ends.read, &byte, 1)
    }

    func open(for count: Int = 1) {
        let bytes = [UInt8](repeating: 1, count: count)
        _ = write(ends.write, bytes, count)
    }
}

@Suite("Blocking calls with a deadline", .timeLimit(.minutes(1)))
struct BlockingPoolTests {
    private let clock = ContinuousClock()

    private func eventually(_ what: () -> Bool) async throws {
        for _ in 0..<500 {
            if what() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("it never came true")
    }

    @Test("a call that ends in time gives its value")
    func value() async throws {
        let pool = BlockingPool(name: "test")
        #expect(try await pool.run(deadline: .seconds(5)) { 42 } == 42)
    }

    @Test("a batch answers in the order it was asked, each item once")
    func batch() async {
        let pool = BlockingPool(name: "test")
        let calls = Mutex(0)
        let answers = await pool.each(10_000, deadline: .seconds(5)) { index in
            calls.withLock { $0 += 1 }
            return index * 2
        }
        #expect(answers.map(\.value) == (0..<10_000).map { $0 * 2 })
        #expect(calls.withLock { $0 } == 10_000)
    }

    @Test("an empty batch comes back at once")
    func empty() async {
        let pool = BlockingPool(name: "test")
        #expect(await pool.each(0, deadline: .seconds(5)) { $0 } == [])
    }

    @Test("a stuck call is given up after its deadline, and counts as lost until it comes back")
    func stuck() async throws {
        let pool = BlockingPool(name: "test")
        let gate = Gate()
        let began = clock.now
        await #expect(throws: DeadlineError.stuck(after: .milliseconds(100))) {
            try await pool.run(deadline: .milliseconds(100)) { gate.pass() }
        }
        #expect(clock.now - began >= .milliseconds(100))
        #expect(pool.lost == 1)
        gate.open()
        try await eventually { pool.lost == 0 }
    }

    @Test("stuck items of a batch delay the others by no more than one deadline")
    func stuckAmongOthers() async throws {
        let pool = BlockingPool(name: "test", limits: .init(kept: 1, most: 64))
        let gate = Gate()
        let began = clock.now
        let answers = await pool.each(1000, deadline: .seconds(1)) { index in
            if index % 50 == 0 { gate.pass() }
            return index
        }
        let took = clock.now - began
        for (index, answer) in answers.enumerated() {
            #expect(answer == (index % 50 == 0 ? .stuck : .value(index)))
        }
        // One after the other, the twenty would have taken 20 s.
        #expect(took < .seconds(10), "took \(took)")
        #expect(pool.lost == 20)
        gate.open(for: 20)
        try await eventually { pool.lost == 0 }
    }

    @Test("with every thread lost, further calls are refused at once instead of waiting")
    func exhausted() async throws {
        let pool = BlockingPool(name: "test", limits: .init(kept: 1, most: 3))
        let gate = Gate()
        let answers = await pool.each(5, deadline: .milliseconds(50)) { index in
            gate.pass()
            return index
        }
        #expect(answers.count { $0 == .stuck } == 3)
        #expect(answers.count { $0 == .exhausted } == 2)
        let began = clock.now
        await #expect(throws: DeadlineError.exhausted) { try await pool.run(deadline: .seconds(30)) {} }
        #expect(clock.now - began < .seconds(5))
        gate.open(for: 3)
        try await eventually { pool.lost == 0 }
        #expect(try await pool.run(deadline: .seconds(5)) { 1 } == 1)
    }

    @Test("a single call does not wait for the end of a long batch")
    func turns() async throws {
        let pool = BlockingPool(name: "test", limits: .init(kept: 1, most: 1))
        let done = Mutex(0)
        // Ten seconds long, so that a machine that has no time for this test takes none of it; short once that call has come.
        let isOver = Mutex(false)
        async let long = pool.each(5000, deadline: .seconds(20)) { _ in
            if !isOver.withLock({ $0 }) { usleep(2000) }
            done.withLock { $0 += 1 }
        }
        try await eventually { done.withLock { $0 } > 0 }
        let seen = try await pool.run(deadline: .seconds(20)) { done.withLock { $0 } }
        isOver.withLock { $0 = true }
        #expect(seen < 5000)
        _ = await long
    }

    @Test("the cooperative pool goes on while more calls block than it has threads")
    func cooperative() async throws {
        let pool = BlockingPool(name: "test")
        let gate = Gate()
        let blocked = Task { await pool.each(40, deadline: .seconds(20)) { _ in gate.pass() } }
        let began = clock.now
        for _ in 0..<100 { await Task.yield() }
        try await Task.sleep(for: .milliseconds(20))
        #expect(clock.now - began < .seconds(15))
        gate.open(for: 40)
        #expect(await blocked.value.allSatisfy { $0.value != nil })
    }

    @Test("a pool that goes takes its threads along")
    func threadsEnd() async throws {
        weak var watched: PoolCore?
        do {
            let core = PoolCore(name: "test", limits: .init())
            watched = core
            let answers = await withCheckedContinuation { waiting in
                core.submit(CallBatch(count: 3, deadline: .seconds(5), waiting: waiting) { $0 })
            }
            #expect(answers == [.value(0), .value(1), .value(2)])
            core.close()
        }
        try await eventually { watched == nil }
    }
}
