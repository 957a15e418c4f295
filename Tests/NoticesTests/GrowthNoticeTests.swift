// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Policy
import Testing
import Units

@testable import Notices

@Suite struct GrowthNoticeTests {
    private var told = Told()
    private var board = NoticeBoard(NoticeTerms(instance: "host-1"))

    @Test mutating func `a growth is told at once, for some minutes`() throws {
        told.grow("web")
        board.follow(&told, for: .seconds(0))
        let notice = try #require(board.firing(told).first)
        #expect(
            notice.labels == [
                "alertname": "HeadroomGrew", "severity": "info", "instance": "host-1", "pool": "depot", "volume": "web",
                "owner": "plain", "notified_by": "headroom",
            ])
        #expect(notice.annotations["summary"] == "Volume web on host-1 was grown from 1GiB to 2GiB.")
        #expect(notice.startsAt == told.now.wall)
        #expect(notice.endsAt == WallTime(seconds: told.now.wall.seconds + NoticeBoard.Limits.growthStands.seconds))
        board.growthsWereTold(upTo: 1)
        board.follow(&told, for: .seconds(301))
        #expect(board.isEmpty)
    }

    @Test mutating func `growths that follow each other are one alert, which tells of all`() throws {
        for step in 1...20 {
            told.grow("web", from: .gibibytes(UInt64(step)), to: .gibibytes(UInt64(step + 1)))
            board.follow(&told, for: .seconds(2))
        }
        let notice = try #require(board.notices(told).first)
        #expect(board.notices(told).count == 1)
        #expect(notice.annotations["summary"] == "Volume web on host-1 was grown from 1GiB to 21GiB in 20 steps.")
        #expect(notice.startsAt.seconds == told.now.wall.seconds - 40)
    }

    @Test mutating func `who asked, and what kept it from being larger, is told`() throws {
        told.grow("web", reason: .manual, limitedBy: Refusal(.reserve, "so much is left", hint: "free some"))
        board.follow(&told, for: .seconds(0))
        let text = try #require(board.firing(told).first?.annotations["description"])
        #expect(text == "Asked for by ann (a release). More was wanted: so much is left. What to do: free some.")
    }

    @Test mutating func `one that failed is told as such, and is over once the volume was grown`() throws {
        told.grow("web", failure: "resume: Input/output error")
        board.follow(&told, for: .seconds(2))
        told.grow("web", failure: "resume: Input/output error")
        board.follow(&told, for: .seconds(2))
        let failed = try #require(board.firing(told).first)
        #expect(failed.labels["alertname"] == "HeadroomGrowthFailed" && failed.labels["severity"] == "warning")
        #expect(failed.annotations["summary"] == "Volume web on host-1 could not be grown to 2GiB, 2 times.")
        #expect(failed.annotations["description"]?.contains("resume: Input/output error") == true)
        told.grow("web")
        board.follow(&told, for: .seconds(2))
        #expect(board.firing(told).map { $0.labels["alertname"] } == ["HeadroomGrew"])
        #expect(board.notices(told).contains { $0.labels == failed.labels && $0.endsAt <= told.now.wall })
        told.grow("web", failure: "again")
        board.follow(&told, for: .seconds(2))
        #expect(board.firing(told).count == 2 && board.notices(told).count == 2)
    }

    @Test mutating func `each is taken in once, however often its report comes`() {
        told.grow("web")
        board.follow(&told, for: .seconds(30))
        #expect(board.revision == 1)
        told.grow("other")
        board.follow(&told, for: .seconds(30))
        #expect(board.revision == 2 && board.lastGrowth == 2)
    }

    @Test mutating func `more than a report remembers are counted as not told`() {
        for number in 0..<(GrowthRecord.kept + 7) { told.grow(DeviceName("v\(number)")) }
        board.follow(&told, for: .seconds(0))
        #expect(board.dropped == 7 && board.firing(told).count == GrowthRecord.kept)
    }

    @Test mutating func `who does not answer hears of it later, for an hour at most`() throws {
        told.grow("web")
        board.follow(&told, for: .seconds(3000))
        let late = try #require(board.notices(untoldAfter: 0, at: told.now).first)
        #expect(late.endsAt.seconds == told.now.wall.seconds + NoticeBoard.Limits.growthStands.seconds)
        #expect(late.startsAt.seconds == told.now.wall.seconds - 3000)
        #expect(board.notices(untoldAfter: 1, at: told.now) == [])
        board.follow(&told, for: .seconds(700))
        #expect(board.isEmpty && board.dropped == 1)
    }

    @Test mutating func `volumes whose growths are told are bounded, the oldest give way`() {
        for number in 0..<(NoticeBoard.Limits.growths + 50) {
            told.grow(DeviceName("v\(number)"))
            board.follow(&told, for: .seconds(0))
        }
        #expect(board.firing(told).count == NoticeBoard.Limits.growths && board.dropped == 50)
        #expect(!board.firing(told).contains { $0.labels["volume"] == "v0" })
    }

    @Test mutating func `what happened while nobody was to be told stays untold`() {
        told.grow("web")
        board.passOver(told.report().growths)
        board.follow(&told, for: .seconds(1))
        #expect(board.isEmpty)
        told.grow("web")
        board.follow(&told, for: .seconds(1))
        var next = NoticeBoard(NoticeTerms(instance: "host-2"), after: board)
        #expect(next.dropped == 1)
        next.follow(&told, for: .seconds(1))
        #expect(next.isEmpty)
    }
}
