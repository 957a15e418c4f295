// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Logging
import Testing
import Units

@testable import Engine
@testable import Journal
@testable import Policy

@Suite(.timeLimit(.minutes(1))) struct ReserveLeaveTests {
    private let alice = Asked(author: "alice", source: .cli, reason: "because")

    /// The volume's pool is within its reserve.
    private func tightHost() -> BenchHost {
        let host = BenchHost.hungry()
        host.with { $0.pools = [BenchHost.pool(used: .gibibytes(9) + .mebibytes(100))] }
        return host
    }

    @Test func `leave for a time is spent growth by growth, over a restart, and then at its end`() async throws {
        let bench = try await BenchJournal()
        let host = tightHost()
        let first = host.engine(.journal(bench.journal), acts: false)
        await first.lookOnce()
        guard case .refused(let refusal) = await first.grow(GrowRequest(volume: "web", by: .mebibytes(64), asked: alice)) else {
            Issue.record("it was grown into the reserve")
            return
        }
        #expect(refusal.reason == .reserve)
        let leave = GrowRequest(
            volume: "web", by: .mebibytes(100), exceedsReserve: true, lasting: .seconds(3600), asked: alice)
        guard case .permitted = await first.grow(leave) else {
            Issue.record("no leave was given")
            return
        }
        guard case .done = await first.grow(GrowRequest(volume: "web", by: .mebibytes(64), asked: alice)) else {
            Issue.record("it was not grown by leave")
            return
        }
        let second = host.engine(.journal(bench.journal), acts: false)
        await second.lookOnce()
        #expect(second.report().overrides.first?.spent == .mebibytes(64))
        guard case .refused = await second.grow(GrowRequest(volume: "web", by: .mebibytes(64), asked: alice)) else {
            Issue.record("it was grown past the bound")
            return
        }
        guard case .done = await second.grow(GrowRequest(volume: "web", by: .mebibytes(36), asked: alice)) else {
            Issue.record("what was left was not granted")
            return
        }
    }

    @Test func `a growth that failed has spent nothing`() async throws {
        let host = tightHost()
        host.with { $0.failures["grow_filesystem"] = .failed(errno: 5, text: "I/O error") }
        let engine = host.engine(acts: false)
        await engine.lookOnce()
        let leave = GrowRequest(
            volume: "web", by: .mebibytes(100), exceedsReserve: true, lasting: .seconds(3600), asked: alice)
        guard case .permitted = await engine.grow(leave) else {
            Issue.record("no leave was given")
            return
        }
        guard case .failed = await engine.grow(GrowRequest(volume: "web", by: .mebibytes(64), asked: alice)) else {
            Issue.record("it did not fail")
            return
        }
        #expect(engine.report().overrides.first?.spent == .zero)
    }

    @Test func `leave for one growth is for that one, with a reason`() async throws {
        let engine = tightHost().engine(acts: false)
        var wish = GrowRequest(volume: "web", by: .mebibytes(64), exceedsReserve: true, asked: Asked(author: "bob", source: .api))
        guard case .invalid = await engine.grow(wish) else {
            Issue.record("nobody was asked why")
            return
        }
        wish.asked?.reason = "the shop is down"
        guard case .done(let growth) = await engine.grow(wish) else {
            Issue.record("it was not grown")
            return
        }
        #expect(growth.order.exceeds?.bytes == .mebibytes(64) && growth.order.asked == wish.asked)
        #expect(engine.report().overrides.isEmpty)
        wish.exceedsReserve = false
        guard case .refused = await engine.grow(wish) else {
            Issue.record("the leave stayed")
            return
        }
    }
}
