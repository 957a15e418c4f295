// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Synchronization
import Testing
import Units

@testable import Host

@Suite("What only another program tells", .timeLimit(.minutes(2)))
struct HearsayTests {
    /// A program that is asked, and a clock.
    private final class Teller: Sendable {
        struct State {
            var answers: [String: Int] = [:]
            var failure: HearsayFailure?
            var calls = 0
            var isHanging = false
            var now = MonotonicTime(nanoseconds: 1_000_000_000)
            var news = 0
        }
        let state = Mutex(State())

        func with<Value: Sendable>(_ body: (inout State) -> sending Value) -> Value { state.withLock { body(&$0) } }
        var calls: Int { with { $0.calls } }
        var news: Int { with { $0.news } }

        func hearsay(deadline: Duration = .seconds(20), waiting: Duration = .seconds(20)) -> Hearsay<String, [String: Int]> {
            let hearsay = Hearsay<String, [String: Int]>(
                name: "hr-test", initial: [:],
                pace: .init(deadline: deadline, waiting: waiting, interval: .seconds(300), patience: .seconds(30)),
                now: { self.with { $0.now } }
            ) { before in
                self.with { $0.calls += 1 }
                while self.with({ $0.isHanging }) { usleep(1000) }
                return self.with { state in
                    state.now = state.now.advanced(by: .seconds(1))
                    guard let failure = state.failure else { return .init(answer: state.answers) }
                    return .init(answer: before, failures: [failure])
                }
            }
            hearsay.onNews { self.with { $0.news += 1 } }
            return hearsay
        }

        func pass(_ seconds: Int) { with { $0.now = $0.now.advanced(by: .seconds(seconds)) } }
    }

    /// Comes back as soon as it holds, and at last fails.
    private func until(_ condition: () -> Bool, at place: SourceLocation = #_sourceLocation) async throws {
        for _ in 0..<2000 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("it did not happen", sourceLocation: place)
    }

    /// Time for what should not happen.
    private func aWhile() async throws { try await Task.sleep(for: .milliseconds(100)) }

    @Test("a look gets what is known at once, and the answer is there for a later one, which is told of it")
    func later() async throws {
        let teller = Teller()
        teller.with { $0.answers = ["a": 1, "b": 2] }
        let hearsay = teller.hearsay()
        #expect(hearsay.known(for: ["a"]).answer == [:])
        try await until { teller.news == 1 }
        #expect(hearsay.known(for: ["a"]).answer == ["a": 1, "b": 2])
        #expect(hearsay.known(for: ["a"]).covered == ["a"])
        try await aWhile()
        #expect(teller.calls == 1)
    }

    @Test("nobody is asked about nothing")
    func nothing() async throws {
        let teller = Teller()
        #expect(teller.hearsay().known(for: []).answer == [:])
        try await aWhile()
        #expect(teller.calls == 0)
    }

    @Test("what is new is asked about when the last question lies so far back that asking takes little of the time")
    func new() async throws {
        let teller = Teller()
        let hearsay = teller.hearsay()
        _ = hearsay.known(for: ["a"])
        try await until { teller.calls == 1 && hearsay.failures().isEmpty }
        try await aWhile()
        // It took a second, and told nothing of it: that is an answer too.
        _ = hearsay.known(for: ["a"])
        _ = hearsay.known(for: ["a", "c"])
        try await aWhile()
        #expect(teller.calls == 1)
        teller.pass(11)
        _ = hearsay.known(for: ["a"])
        try await aWhile()
        #expect(teller.calls == 1)
        _ = hearsay.known(for: ["a", "c"])
        try await until { teller.calls == 2 }
    }

    @Test("what is old is asked about again, and a changed answer is news")
    func old() async throws {
        let teller = Teller()
        teller.with { $0.answers = ["a": 1] }
        let hearsay = teller.hearsay()
        #expect(await hearsay.heard(for: ["a"]).answer == ["a": 1])
        #expect(teller.news == 1)
        teller.pass(301)
        _ = hearsay.known(for: ["a"])
        try await until { teller.calls == 2 }
        try await aWhile()
        #expect(teller.news == 1)
        teller.with { $0.answers = ["a": 3] }
        teller.pass(301)
        _ = hearsay.known(for: ["a"])
        try await until { teller.news == 2 }
        #expect(hearsay.known(for: ["a"]).answer == ["a": 3])
    }

    @Test("a failure is told once, leaves what was known, and is not repeated at once")
    func failure() async throws {
        let teller = Teller()
        teller.with { $0.answers = ["a": 1] }
        let hearsay = teller.hearsay()
        _ = await hearsay.heard(for: ["a"])
        let failure = HearsayFailure(kind: "failed", text: "no")
        teller.with { $0.failure = failure }
        teller.pass(301)
        #expect(hearsay.known(for: ["a", "b"]).answer == ["a": 1])
        try await until { teller.calls == 2 }
        var told: [HearsayFailure] = []
        try await until {
            told += hearsay.failures()
            return !told.isEmpty
        }
        #expect(told == [failure] && hearsay.failures() == [])
        teller.pass(20)
        #expect(hearsay.known(for: ["a", "b"]).answer == ["a": 1])
        try await aWhile()
        #expect(teller.calls == 2)
        teller.with {
            $0.failure = nil
            $0.answers = ["a": 1, "b": 2]
        }
        teller.pass(11)
        _ = hearsay.known(for: ["a", "b"])
        try await until { teller.news == 2 }
    }

    @Test("one that hangs holds up no look, is told as late, and is not asked again before it has come back")
    func hanging() async throws {
        let teller = Teller()
        teller.with {
            $0.isHanging = true
            $0.answers = ["a": 1]
        }
        let hearsay = teller.hearsay(deadline: .milliseconds(50), waiting: .milliseconds(50))
        #expect(hearsay.known(for: ["a"]).answer == [:])
        var told: [HearsayFailure] = []
        try await until {
            told += hearsay.failures()
            return !told.isEmpty
        }
        #expect(told.map(\.kind) == ["timeout"])
        teller.pass(31)
        #expect(hearsay.known(for: ["a"]).answer == [:])
        try await until { !hearsay.failures().isEmpty }
        #expect(teller.calls == 1)
        teller.with { $0.isHanging = false }
        try await until {
            teller.pass(31)
            return hearsay.known(for: ["a"]).answer == ["a": 1]
        }
    }
}
