// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Owners
import Policy
import Testing
import Units

@testable import Notices

@Suite struct NoticeBoardTests {
    private var told = Told()
    private var board = NoticeBoard(NoticeTerms(instance: "host-1", labels: ["cluster": "a", "empty": ""]))

    @Test mutating func `a refusal is told once it has stood, with labels that say what and why, and what to do`() throws {
        told.volumes["web"] = .docker(
            DockerVolume(role: .container, hash: "x", container: Container(id: "0123", name: "pg", image: nil)))
        told.refused["web"] = .reserve
        board.follow(&told, for: .seconds(9))
        #expect(board.notices(told) == [])
        let since = WallTime(seconds: told.now.wall.seconds - 9)
        board.follow(&told, for: .seconds(1))
        let notice = try #require(board.notices(told).first)
        #expect(board.notices(told).count == 1)
        #expect(
            notice.labels == [
                "alertname": "HeadroomGrowthRefused", "severity": "warning", "instance": "host-1", "pool": "depot",
                "volume": "web", "reason": "reserve", "owner": "docker", "container": "pg", "cluster": "a",
                "notified_by": "headroom",
            ])
        #expect(notice.annotations["summary"] == "Volume web on host-1 should be larger and is not grown (reserve).")
        #expect(notice.annotations["description"] == "web has no room. What to do: make some.")
        #expect(notice.startsAt == since)
        #expect(notice.endsAt == WallTime(seconds: told.now.wall.seconds + 240))
    }

    @Test mutating func `it keeps its beginning while it stands, and is over once it was gone for a while`() throws {
        told.refused["web"] = .reserve
        board.follow(&told, for: .seconds(10))
        let first = try #require(board.firing(told).first)
        board.follow(&told, for: .seconds(1000))
        let later = try #require(board.firing(told).first)
        #expect(later.startsAt == first.startsAt && later.labels == first.labels)
        let revision = board.revision
        told.refused = [:]
        board.follow(&told, for: .seconds(9))
        #expect(board.firing(told).count == 1 && board.revision == revision)
        board.follow(&told, for: .seconds(2))
        #expect(board.firing(told) == [] && board.revision == revision + 1)
        let over = try #require(board.notices(told).first)
        #expect(over.labels == first.labels && over.startsAt == first.startsAt && over.endsAt <= told.now.wall)
        // Told as over for some minutes, for whoever did not hear it, and then no more.
        board.follow(&told, for: .seconds(280))
        #expect(board.notices(told).count == 1)
        board.follow(&told, for: .seconds(30))
        #expect(board.notices(told) == [] && board.isEmpty)
    }

    @Test mutating func `what flaps faster than it settles is told once or not at all`() {
        for second in 0..<600 {
            told.refused = second % 4 < 2 ? ["web": .reserve] : [:]
            board.follow(&told, for: .seconds(1))
        }
        #expect(board.notices(told) == [])
        told.refused = ["web": .reserve]
        board.follow(&told, for: .seconds(11))
        let revision = board.revision
        for second in 0..<600 {
            told.refused = second % 4 < 2 ? ["web": .reserve] : [:]
            board.follow(&told, for: .seconds(1))
        }
        #expect(board.firing(told).count == 1 && board.revision == revision)
    }

    @Test mutating func `another reason is another alert once it has stood, and reasons that flap are none`() {
        told.refused["web"] = .reserve
        board.follow(&told, for: .seconds(10))
        for second in 0..<60 {
            told.refused["web"] = second % 2 == 0 ? .reserve : .maximumShare
            board.follow(&told, for: .seconds(1))
            #expect(board.firing(told).map { $0.labels["reason"] } == ["reserve"])
        }
        told.refused["web"] = .maximumShare
        board.follow(&told, for: .seconds(11))
        #expect(board.firing(told).map { $0.labels["reason"] } == ["maximum_share"])
        #expect(board.notices(told).map { $0.labels["reason"] } == ["maximum_share", "reserve"])
        told.refused["web"] = .reserve
        board.follow(&told, for: .seconds(11))
        #expect(board.firing(told).map { $0.labels["reason"] } == ["reserve"])
        #expect(Set(board.notices(told).map(\.labels)).count == board.notices(told).count)
    }

    @Test mutating func `a refusal of reasons that change all the time is told with one of them`() {
        for second in 0..<30 {
            told.refused["web"] = second % 2 == 0 ? .reserve : .maximumShare
            board.follow(&told, for: .seconds(1))
        }
        #expect(board.firing(told).count == 1)
    }

    @Test mutating func `a growth under way neither begins nor ends a refusal`() {
        told.refused["web"] = .reserve
        board.follow(&told, for: .seconds(10))
        told.refused["web"] = .busy
        board.follow(&told, for: .seconds(60))
        #expect(board.firing(told).map { $0.labels["reason"] } == ["reserve"])
        told.volumes["other"] = .plain
        told.refused = ["other": .busy]
        board.follow(&told, for: .seconds(60))
        #expect(board.firing(told) == [])
    }

    @Test mutating func `idle filesystems without room for a burst are no news, refused or grown`() {
        told.refused["web"] = .reserve
        told.idle = ["web"]
        told.grow("web", reason: .burst, isNews: false)
        board.follow(&told, for: .seconds(60))
        #expect(board.notices(told) == [])
    }

    @Test mutating func `what could not be looked at stays as it was`() {
        told.refused["web"] = .reserve
        told.pools["depot"] = .noHeadroom
        board.follow(&told, for: .seconds(10))
        #expect(board.firing(told).count == 2)
        told.isBlind = true
        told.refused = [:]
        board.follow(&told, for: .seconds(60))
        #expect(board.firing(told).count == 2)
        told.isBlind = false
        told.pools["depot"] = .failed
        board.follow(&told, for: .seconds(11))
        told.pools["depot"] = .silent
        board.follow(&told, for: .seconds(100))
        #expect(board.firing(told).map { $0.labels["reason"] } == ["failed"])
    }

    @Test(
        arguments: [
            (Told.PoolState.noHeadroom, "HeadroomPoolExhausted", "warning", "no_headroom"),
            (.outOfSpace, "HeadroomPoolExhausted", "critical", "out_of_data_space"),
            (.readOnly, "HeadroomPoolSick", "critical", "read_only"),
            (.needsCheck, "HeadroomPoolSick", "critical", "needs_check"), (.failed, "HeadroomPoolSick", "critical", "failed"),
        ])
    mutating func `a pool in trouble is told as what it is`(
        state: Told.PoolState, name: String, severity: String, reason: String
    ) throws {
        told.pools["depot"] = state
        board.follow(&told, for: .seconds(10))
        let notice = try #require(board.firing(told).first)
        #expect(board.firing(told).count == 1)
        #expect([notice.labels["alertname"], notice.labels["severity"], notice.labels["reason"]] == [name, severity, reason])
        #expect(notice.labels["pool"] == "depot" && notice.labels["volume"] == nil)
        #expect(notice.annotations["description"]?.contains("What to do: ") == true)
        told.pools["depot"] = .fine
        board.follow(&told, for: .seconds(11))
        #expect(board.firing(told) == [])
    }

    @Test mutating func `a clock that is set back leaves no alert that ends before it begins`() throws {
        told.refused["web"] = .reserve
        told.grow("web")
        board.follow(&told, for: .seconds(10))
        told.setClock(by: .seconds(-7200))
        board.follow(&told, for: .seconds(1))
        #expect(board.firing(told).count == 2)
        #expect(board.notices(told).allSatisfy { $0.startsAt <= told.now.wall && $0.startsAt <= $0.endsAt })
        told.refused = [:]
        board.follow(&told, for: .seconds(12))
        told.setClock(by: .seconds(-7200))
        #expect(board.notices(told).allSatisfy { $0.startsAt <= $0.endsAt })
        #expect(board.firing(told).map { $0.labels["alertname"] } == ["HeadroomGrew"])
    }

    @Test mutating func `there is a bound, the rest is counted, and pools have room beyond it`() {
        for number in 0..<(NoticeBoard.Limits.standing + 100) {
            let name = DeviceName("v\(number)")
            told.volumes[name] = .plain
            told.refused[name] = .reserve
        }
        board.follow(&told, for: .seconds(11))
        #expect(board.firing(told).count == NoticeBoard.Limits.standing && board.dropped == 100)
        told.pools["depot"] = .failed
        board.follow(&told, for: .seconds(11))
        #expect(board.firing(told).first?.labels["alertname"] == "HeadroomPoolSick")
        #expect(board.firing(told).count == NoticeBoard.Limits.standing + 1 && board.dropped == 100)
        for name in told.refused.keys.sorted().prefix(200) { told.refused[name] = nil }
        board.follow(&told, for: .seconds(12))
        #expect(board.firing(told).count == NoticeBoard.Limits.standing - 200 + 100 + 1)
    }

    @Test mutating func `names of any bytes become labels, and too much text is cut`() throws {
        let name = DeviceName(bytes: [0xFF, 0x22, 0x0A, 0x5C])
        told.volumes[name] = .containerd(
            ContainerdSnapshot(role: .container, number: 1, container: Container(id: String(repeating: "ü", count: 5000))))
        told.refused[name] = .reserve
        board.follow(&told, for: .seconds(10))
        let notice = try #require(board.firing(told).first)
        #expect(notice.labels["volume"] == name.description)
        #expect(notice.labels["container"]?.unicodeScalars.count == NoticeBoard.Limits.label)
        #expect(notice.labels.keys.allSatisfy { $0.isLabelName })
    }
}
