// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Dice
import Policy
import Testing

@Suite struct PropertyTests {
    @Test func `Rules written down read back the same`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("PropertyTests, rules written down: seed \(seed)")
        var random = SplitMix64(seed: seed)
        for round in 0..<400 {
            let rules = Rules.random(using: &random)
            var writer = RulesWriter(random: random)
            let text = writer.write(rules)
            random = writer.random
            let loaded = try read(text)
            try #require(loaded.rules == rules, "seed \(seed), round \(round):\n\(text)")
        }
    }

    @Test func `A mutilated file is taken or refused at a place that it has`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("PropertyTests, mutilated files: seed \(seed)")
        var random = SplitMix64(seed: seed)
        var refused = 0
        for round in 0..<2000 {
            var writer = RulesWriter(random: random)
            var bytes = Array(writer.write(.random(using: &random)).utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) { bytes.mutilate(using: &random) }
            do {
                let loaded = try Configuration.read(bytes, path: "x")
                check(loaded.warnings, in: bytes, "seed \(seed), round \(round)")
            } catch {
                refused += 1
                guard case .wrong("x", let complaints) = error else {
                    Issue.record("seed \(seed), round \(round): \(error)")
                    continue
                }
                #expect(complaints.contains { $0.severity == .error }, "seed \(seed), round \(round)")
                check(complaints, in: bytes, "seed \(seed), round \(round)")
            }
        }
        // Else the mutilations are none.
        #expect(refused > 500, "seed \(seed)")
    }

    private func check(_ complaints: [Complaint], in bytes: [UInt8], _ what: String) {
        // As libyaml counts lines: the line separators of Unicode too.
        let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
        let breaks: Set<Unicode.Scalar> = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"]
        let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { breaks.contains($0) }
        var last = (0, 0)
        for complaint in complaints {
            let isInside =
                (1...lines.count).contains(complaint.line) && (1...lines[complaint.line - 1].count + 1).contains(complaint.column)
            #expect(isInside, "\(what): \(complaint) in\n\(text)")
            #expect((complaint.line, complaint.column) >= last, "\(what): out of order")
            #expect(!complaint.text.contains { $0.isNewline }, "\(what): \(complaint.text)")
            last = (complaint.line, complaint.column)
        }
    }
}

extension [UInt8] {
    fileprivate mutating func mutilate(using random: inout SplitMix64) {
        guard !isEmpty else { return }
        let place = Int.random(in: 0..<count, using: &random)
        let stretch = place..<Swift.min(count, place + Int.random(in: 1...20, using: &random))
        switch Int.random(in: 0..<7, using: &random) {
        case 0: self[place] = UInt8.random(in: 0...255, using: &random)
        case 1: removeSubrange(stretch)
        case 2: insert(contentsOf: self[stretch], at: Int.random(in: 0...count, using: &random))
        case 3: insert(Array("\n\t {}[]:,-*&!|>'\"%@`#?~".utf8).randomElement(using: &random) ?? 0, at: place)
        case 4: removeLast(count - place)
        case 5: swapAt(place, Int.random(in: 0..<count, using: &random))
        default:
            let odd = random.one(of: "ü", "\u{2028}", "\u{85}", "\u{FEFF}", "🙂", "\0", "\r")
            insert(contentsOf: Array(odd.utf8), at: place)
        }
    }
}
