// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Dice
import Testing
import Units

@Suite("What a thin volume's table and status say")
struct ThinParsingTests {
    private func target(_ line: String) throws -> Target { try #require(Target(line: line)) }
    private let pool = DeviceNumber(major: 254, minor: 3)

    @Test("a table gives length, pool and id")
    func table() throws {
        #expect(
            try ThinTable(parsing: target("0 524288 thin 254:3 7"))
                == ThinTable(length: Sectors(524_288), pool: pool, thinID: 7))
    }

    @Test("an external origin is kept")
    func origin() throws {
        let table = try #require(ThinTable(parsing: target("0 524288 thin 254:3 16777215 8:16")))
        #expect(table.externalOrigin == DeviceNumber(major: 8, minor: 16))
        #expect(table.thinID == 16_777_215)
    }

    @Test(
        "a table that no kernel prints for a working volume is none",
        arguments: [
            "0 8 thin Fail", "0 8 thin -", "0 8 thin", "0 8 thin 254:3", "0 8 thin 254:3 16777216", "0 8 thin 254:3 -1",
            "0 8 thin /dev/mapper/pool 1", "0 8 thin 254:3 1 8:16 9", "0 8 thin 254:3 1 sda", "8 8 thin 254:3 1",
            "0 0 thin 254:3 1", "0 8 linear 254:3 1", "0 8 thin 254:3:1 1",
        ])
    func badTable(line: String) throws { #expect(ThinTable(parsing: try target(line)) == nil) }

    @Test("a status tells mapped and highest sector")
    func status() throws {
        #expect(
            try ThinStatus(parsing: target("0 524288 thin 71680 524287"))
                == .working(mapped: Sectors(71680), highest: Sectors(524_287)))
        #expect(try ThinStatus(parsing: target("0 524288 thin 0 -")) == .working(mapped: Sectors(0), highest: nil))
        #expect(try ThinStatus(parsing: target("0 524288 thin Fail")) == .failed)
    }

    @Test("a status that no kernel prints is unknown", arguments: ["", "-", "Error", "1", "x -", "1 x", "1 2 3", "-1 -", "fail"])
    func unknownStatus(words: String) {
        #expect(ThinStatus(parsing: Target(length: Sectors(8), kind: "thin", words: words)) == .unknown(words))
    }

    @Test("a table survives being written and read back")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let table = ThinTable(
                length: Sectors(random.next() % (1 << 50) + 1),
                pool: DeviceNumber(major: UInt32(random.next() % 4096), minor: UInt32(random.next() % (1 << 20))),
                thinID: UInt32(random.next() % (1 << 24)),
                externalOrigin: random.next() % 2 == 0 ? nil : DeviceNumber(major: 8, minor: UInt32(random.next() % 256)))
            #expect(ThinTable(parsing: try target(table.target.description)) == table, "seed \(seed)")
        }
    }

    @Test("no text whatever makes a parser crash")
    func hostile() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let words = ["0", "1/2", "/", "-", "Fail", "rw", "254:3", ":", "thin", "thin-pool", "99999999999999999999", "\u{0}", "é"]
        for _ in 0..<2000 {
            let line = (0..<Int(random.next() % 12)).map { _ in words[Int(random.next() % UInt64(words.count))] }
                .joined(separator: random.next() % 3 == 0 ? "  " : " ")
            for kind in ["thin", "thin-pool"] {
                let target = Target(length: Sectors(8), kind: kind, words: line)
                _ = ThinTable(parsing: target)
                _ = ThinPoolTable(parsing: target)
                if case .working(let report) = ThinPoolStatus(parsing: target) {
                    #expect(report.dataUsed <= report.dataTotal, "seed \(seed): \(line)")
                }
                if kind == "thin-pool" { #expect(ThinStatus(parsing: target) == .unknown("\(target)"), "seed \(seed)") }
            }
        }
    }

    @Test("a line that is no target line is refused", arguments: ["", "0", "0 8", "x 8 thin 1:1 1", "0 -8 thin", "thin 0 8"])
    func badLine(line: String) { #expect(Target(line: line) == nil) }
}
