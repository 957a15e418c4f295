// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Testing
import Units

@testable import Notices

@Suite struct DeliveryTests {
    private var told = Told()
    private var board = NoticeBoard(NoticeTerms(instance: "host-1", interval: .seconds(60)))
    private var delivery = Delivery()

    /// Seconds at which it is posted to within a time, if each post ends so.
    private mutating func posts(for seconds: Int, well: Bool) -> [Int] {
        var times: [Int] = []
        for second in 0..<seconds {
            board.take(told.report(), at: told.now)
            if let round = delivery.round(of: board, at: told.now) {
                times.append(second)
                if well { delivery.succeeded(round, at: told.now.monotonic) } else { delivery.failed(at: told.now.monotonic) }
            }
            told.pass(.seconds(1))
        }
        return times
    }

    @Test mutating func `nothing to tell is not posted, news is at once, and what stands once an interval`() {
        #expect(posts(for: 100, well: true) == [])
        told.refused["web"] = .reserve
        #expect(posts(for: 200, well: true) == [10, 70, 130, 190])
        told.refused = [:]
        // It is over after ten seconds, and told so for five minutes.
        #expect(posts(for: 500, well: true) == [10, 70, 130, 190, 250, 310])
    }

    @Test mutating func `tries get rarer, and never stop while there is something to tell`() {
        told.refused["web"] = .reserve
        _ = posts(for: 10, well: true)
        #expect(posts(for: 240, well: false) == [0, 1, 3, 7, 15, 31, 63, 123, 183])
        #expect(delivery.failures == 9)
        // And what is told at last is what is so then.
        told.refused = [:]
        #expect(posts(for: 61, well: true).count >= 1)
        #expect(delivery.failures == 0)
    }

    @Test mutating func `a growth waits for who does not answer, and is not told twice as late`() throws {
        told.grow("web")
        _ = posts(for: 1000, well: false)
        board.take(told.report(), at: told.now)
        told.pass(.seconds(60))
        let round = try #require(delivery.round(of: board, at: told.now))
        #expect(round.notices.map { $0.labels["alertname"] } == ["HeadroomGrew"])
        delivery.succeeded(round, at: told.now.monotonic)
        #expect(delivery.toldGrowth == 1)
        board.growthsWereTold(upTo: delivery.toldGrowth)
        #expect(posts(for: 200, well: true) == [] && board.isEmpty)
    }

    @Test mutating func `what happens while a post is under way is told with the next one`() throws {
        told.grow("web")
        board.take(told.report(), at: told.now)
        let round = try #require(delivery.round(of: board, at: told.now))
        told.grow("other")
        board.take(told.report(), at: told.now)
        delivery.succeeded(round, at: told.now.monotonic)
        #expect(delivery.isBehind(board) && delivery.toldGrowth == 1)
        #expect(delivery.round(of: board, at: told.now) == nil)
        told.pass(.seconds(1))
        #expect(delivery.round(of: board, at: told.now)?.notices.count == 2)
    }

    @Test mutating func `a round comes in posts of bounded length, with every alert once`() throws {
        for number in 0..<150 {
            told.volumes[DeviceName("v\(number)")] = .plain
            told.refused[DeviceName("v\(number)")] = .reserve
        }
        board.follow(&told, for: .seconds(10))
        let round = try #require(delivery.round(of: board, at: told.now))
        #expect(round.posts.map(\.count) == [64, 64, 22])
        #expect(Array(round.posts.joined()) == round.notices)
    }
}
