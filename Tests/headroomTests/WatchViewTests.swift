// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Testing

@testable import headroom

@Suite struct WatchViewTests {
    private typealias Sample = WatchSample

    /// A night in which all of it goes wrong at once, with names of all kinds.
    private static func night() -> WatchSample {
        var sample = WatchSample(pools: [
            Sample.pool("docker-254:0-131-pool", ["state": "out_of_data_space", "data_used_bytes": 20 * Sample.gibibyte]),
            Sample.pool("depot", ["headroom_bytes": 0]), Sample.pool("倉庫倉庫倉庫倉庫倉庫倉庫倉庫"),
        ])
        sample.volumes = [
            Sample.refused(
                "docker-254:0-131-" + String(repeating: "0123456789abcdef", count: 4), used: 97, "reserve",
                Sample.container("web-1")),
            Sample.volume("evil\u{1B}[2J\nname\r\u{202E}", used: 40, "content"),
            Sample.volume("データベースのとても長い名前のボリューム", used: 85, "would_grow", ["order": Sample.order("x")]),
            Sample.volume("e\u{301}\u{301}\u{301}\u{301} 👩‍👩‍👧 ❤️", used: 5, "content"),
        ]
        sample.volumes += (1...500).map { Sample.volume("many-\($0)", used: UInt64($0 % 70), "content") }
        sample.growths = [
            Sample.growth("many-7", at: "2023-11-14T22:11:20Z"),
            Sample.growth("many-8", at: "2023-11-14T22:12:50Z", failure: "resume: the device is busy"),
        ]
        return sample
    }

    @Test(arguments: [(80, 24), (200, 50), (40, 12), (20, 6), (10, 3), (1, 1), (2, 40), (500, 200), (79, 23), (120, 19)])
    func `no line is wider than the terminal and there are no more than it has`(width: Int, height: Int) throws {
        var silent = try Self.night().input()
        silent.problem = "no daemon listens on /run/headroom/headroom.sock: start it with `systemctl start headroom`"
        for input in [try Self.night().input(), silent, WatchInput(problem: silent.problem, now: Sample.now)] {
            for glyphs in [WatchGlyphs.unicode, .ascii] {
                let lines = WatchView(input, width: width, height: height, glyphs: glyphs).frame.lines
                #expect(lines.count <= height && !lines.isEmpty)
                for line in lines {
                    #expect(line.columns <= width, "\(width)x\(height): \(line.text)")
                    #expect(line.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E && $0.value != 0x200D })
                }
            }
        }
    }

    @Test(arguments: [(80, 24), (200, 50)]) func `what fails now stands first, in words`(width: Int, height: Int) throws {
        let lines = try Self.night().view(width, height)
        #expect(lines.count == height)
        #expect(lines[0].hasPrefix("Headroom  enforce: grows what needs it  looked 2 s ago"))
        #expect(lines[1].contains("things need you, the worst first:"))
        #expect(lines[2].hasPrefix("!! docker-254:0-131-pool  writes wait or fail: no data space is left"))
        #expect(lines.contains { $0.hasPrefix("!  web-1  refused: reserve, 97% of 2GiB used") })
        #expect(lines.contains { $0.contains("the pool keeps 10 % for nobody. To do: grow the pool") })
        #expect(lines.contains { $0.hasPrefix("504 volumes: 1 refused, 1 would grow, 502 large enough   1 to ") })
        #expect(lines.contains { $0.contains("2 min ago  many-7  grew 10GiB -> 12GiB, threshold") })
        #expect(lines.last?.hasPrefix("q quit") == true)
    }

    @Test func `the volumes that need eyes come before all others`() throws {
        let lines = try Self.night().view(80, 24)
        let title = try #require(lines.firstIndex { $0.hasPrefix("VOLUME") })
        #expect(lines[title + 1].hasPrefix("web-1 "))
        #expect(lines[title + 2].contains("would grow to 12GiB"))
    }

    @Test func `a long name loses its middle at 80 columns and nothing at 200`() throws {
        let name = "docker-254:0-131-" + String(repeating: "0123456789abcdef", count: 4)
        let sample = WatchSample(volumes: [Sample.volume(name, used: 50, "content")])
        #expect(try !sample.view(80, 24).contains { $0.contains(name) })
        #expect(try sample.view(80, 24).contains { $0.contains("docker") && $0.contains("…") && $0.contains("abcdef  ") })
        #expect(try sample.view(200, 50).contains { $0.contains(name) })
    }

    @Test func `when all is well it says so, and nothing else is first`() throws {
        let lines = try WatchSample(volumes: [Sample.volume("web", used: 50, "content")]).view(80, 24)
        #expect(lines[1] == "All is well: nothing needs you.")
        #expect(!lines.contains { $0.hasPrefix("!") })
        #expect(lines.contains("nothing was grown or decided lately"))
    }

    @Test func `what it may do to the host is said: nothing, all, or some`() throws {
        var sample = WatchSample(mode: "observe", volumes: [Sample.volume("web", used: 50, "content", ["mode": "observe"])])
        #expect(try sample.view(80, 24)[0].contains("observe: changes nothing"))
        sample.volumes.append(Sample.volume("db", used: 50, "content", ["mode": "enforce"]))
        #expect(try sample.view(80, 24)[0].contains("observe, but enforce for 1 volume"))
        sample.host = "simulated"
        #expect(try sample.view(80, 24)[0].contains("SIMULATED HOST"))
    }

    @Test func `a daemon that does not answer is told first, with what to do, and what is shown is called old`() throws {
        var input = try WatchSample().input()
        input.problem = "no daemon listens on /x: start it with `systemctl start headroom`"
        input.answeredAt = Sample.now.addingTimeInterval(-300)
        var lines = WatchView(input, width: 80, height: 24).frame.lines.map(\.text)
        #expect(lines[1] == "!! THE DAEMON DOES NOT ANSWER for 5 min")
        #expect(lines[2].contains("systemctl start headroom") && lines[3].contains("old"))
        input.status = nil
        input.answeredAt = nil
        lines = WatchView(input, width: 80, height: 24).frame.lines.map(\.text)
        #expect(lines[1] == "!! THE DAEMON DOES NOT ANSWER")
    }

    @Test func `more than three volumes that a pool refuses for one reason are one line`() throws {
        var sample = WatchSample(volumes: (1...40).map { Sample.refused("web-\($0)", used: 50 + UInt64($0)) })
        let lines = try sample.view(80, 24)
        #expect(lines[1] == "One thing needs you:")
        #expect(lines[2] == "!  40 volumes  web-40, web-39, web-38 and 37 more: refused: reserve")
        sample.volumes = Array(sample.volumes.prefix(3))
        #expect(try sample.view(80, 24)[1] == "3 things need you, the worst first:")
    }

    @Test func `forecasts are told, the sooner one first, and those of the hour before later ones`() throws {
        var sample = WatchSample()
        sample.pools = [
            Sample.pool(
                "a",
                [
                    "data_used_bytes": 14 * Sample.gibibyte, "data_full_in_seconds": 10_800, "metadata_full_in_seconds": 32_400,
                ]),
            Sample.pool(
                "b", ["data_full_in_seconds": 900_000, "metadata_full_in_seconds": 1800, "metadata_runs_out_first": true]),
        ]
        sample.volumes = [
            Sample.refused("web", used: 80, "reserve", ["full_in_seconds": 720, "refused_since": "2023-11-14T20:13:20Z"])
        ]
        var lines = try sample.view(80, 30)
        let heads = lines.filter { $0.hasPrefix("!") }
        #expect(heads[0] == "!  web  refused: reserve for 2 h, 80% of 2GiB used, full in 12 min")
        #expect(heads[1] == "!  b  metadata is full in 30 min, before its data")
        #expect(heads[2] == "!  a  data is full in 3 h")
        #expect(lines.contains { $0.hasPrefix("a ") && $0.hasSuffix("  data 3 h") })
        #expect(lines.contains { $0.hasPrefix("b ") && $0.hasSuffix("  metadata 30 min") })
        #expect(lines.contains { $0.hasPrefix("web ") && $0.contains("  12 min  refused: reserve") })
        lines = try sample.view(200, 50)
        #expect(lines.contains { $0.hasPrefix("a ") && $0.contains("  data 3 h, metadata 9 h  ") })
        #expect(lines.contains { $0.hasPrefix("3 things need you") })
        sample.pools = [Sample.pool("c", ["metadata_runs_out_first": true])]
        #expect(try sample.view(80, 24).contains { $0.hasPrefix("!  c  its metadata is too small for all of its data") })
    }

    @Test func `neither a nearly empty pool's forecast nor an idle volume without room for a burst wakes anybody`() throws {
        var sample = WatchSample(pools: [
            Sample.pool("a", ["data_used_bytes": Sample.gibibyte, "data_full_in_seconds": 10_800])
        ])
        sample.volumes = [Sample.refused("idle", used: 10, "reserve", ["needs": ["burst"]])]
        let calm = try sample.view(80, 24)
        #expect(calm[1] == "All is well: nothing needs you.")
        #expect(calm.contains { $0.hasPrefix("a ") && $0.hasSuffix("data 3 h") })
        #expect(calm.contains { $0.hasPrefix("idle ") && $0.contains("refused: reserve") })
        sample.volumes = [Sample.refused("idle", used: 85, "reserve", ["needs": ["burst"]])]
        #expect(try sample.view(80, 24)[1] == "One thing needs you:")
    }

    @Test func `a volume that is only observed and nearly full is told with how to grow it`() throws {
        let volume = Sample.volume("web", used: 96, "would_grow", ["mode": "observe", "order": Sample.order("web")])
        let lines = try WatchSample(mode: "observe", volumes: [volume]).view(80, 24)
        #expect(lines[2].hasPrefix("!  web  fills, and is only observed, 96% of 2GiB used"))
        #expect(lines[3].contains("`headroom grow web --by SIZE`"))
    }

    @Test func `in a small terminal all headlines come before advice, and what does not fit is counted`() throws {
        let sample = WatchSample(
            volumes: ["a", "b", "c"].map { Sample.refused($0, used: 90, "reserve", ["pool": "pool of \($0)"]) })
        let lines = WatchTroubles(WatchTrouble.all(in: try sample.input()), width: 80, glyphs: .unicode)
        #expect(lines.lines(most: 4).map(\.text).filter { $0.hasPrefix("!") }.count == 3)
        #expect(lines.lines(most: 5).map(\.text).filter { $0.contains("To do") }.count == 1)
        #expect(lines.lines(most: 3).last?.text == "   and 2 more")
    }

    @Test func `arrows move through the volumes to their end and no further`() throws {
        let sample = WatchSample(volumes: (1...100).map { Sample.volume("v\($0)", used: 10, "content") })
        var choice = WatchChoice()
        for _ in 1...300 { _ = choice.takes(.down, page: 5) }
        let frame = WatchView(try sample.input(), choice: choice, width: 80, height: 24).frame
        #expect(frame.skippable < 100 && frame.skippable > 80)
        #expect(frame.lines.contains { $0.text.contains("to 100 shown") })
        let goesOn = [WatchKey.top, .order, .quit].map { choice.takes($0, page: 5) }
        #expect(goesOn == [true, true, false] && choice.skipped == 0 && choice.order == .used)
    }
}
