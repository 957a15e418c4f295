// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Logging
import Synchronization
import Testing
import Units

@testable import Engine
@testable import Journal
@testable import Policy

/// Requests that come twice.
@Suite(.timeLimit(.minutes(1))) struct OnceTests {
    @Test func `the same request under the same key is done once, over a restart too`() async throws {
        let bench = try await BenchJournal()
        let count = Atomic<Int>(0)
        let answer = JournaledAnswer.Answer(status: 200, body: "{}")
        @Sendable func work() async -> JournaledAnswer.Answer {
            count.add(1, ordering: .relaxed)
            return answer
        }
        let first = BenchHost.hungry().engine(.journal(bench.journal), acts: false)
        #expect(await first.once("k", request: "r", work) == .first(answer))
        #expect(await first.once("k", request: "r", work) == .again(answer))
        #expect(await first.once("k", request: "s", work) == .different)
        let second = BenchHost.hungry().engine(.journal(bench.journal), acts: false)
        #expect(await second.once("k", request: "r", work) == .again(answer))
        #expect(await second.once("k", request: "s", work) == .different)
        #expect(await second.once("other", request: "r", work) == .first(answer))
        #expect(count.load(ordering: .relaxed) == 2)
    }

    @Test func `one that a crash cut off is not done again`() async throws {
        let bench = try await BenchJournal()
        _ = try await bench.journal.begin(JournaledAnswer(key: "k", request: "r", time: .now()))
        let engine = BenchHost.hungry().engine(.journal(bench.journal), acts: false)
        for _ in 0..<2 {
            let answer = await engine.once("k", request: "r") {
                Issue.record("it was done again")
                return .init(status: 200, body: "")
            }
            #expect(answer == .cutOff)
        }
    }

    @Test func `two at once under one key are one`() async throws {
        let engine = BenchHost.hungry().engine(acts: false)
        let begun = Signal()
        let goOn = Signal()
        let first = Task {
            await engine.once("k", request: "r") {
                begun.raise()
                await goOn.wait()
                return .init(status: 200, body: "one")
            }
        }
        await begun.wait()
        #expect(await engine.once("k", request: "r") { .init(status: 200, body: "two") } == .underWay)
        goOn.raise()
        #expect(await first.value == .first(.init(status: 200, body: "one")))
        #expect(
            await engine.once("k", request: "r") { .init(status: 200, body: "two") } == .again(.init(status: 200, body: "one")))
    }
}
