// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import ConfigurationFile

@Suite struct KeyAdviceTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("kitten", "sitting", 3), ("target", "taregt", 1), ("abc", "abc", 0),
        ("ca", "abc", 3),
    ])
    func `The distance of two words is the number of slips between them`(a: String, b: String, slips: Int) {
        #expect(KeyAdvice.distance(from: a, to: b) == slips)
        #expect(KeyAdvice.distance(from: b, to: a) == slips)
    }

    @Test func `A slip in any letter of any key still finds the key`() {
        for section in Section.allCases {
            for key in section.keys where key.count > 4 {
                for place in key.indices.dropFirst() {
                    var slip = key
                    slip.remove(at: place)
                    guard !Section.allCases.contains(where: { $0.keys.contains(slip) }) else { continue }
                    // More than one key may be a slip away.
                    let near = section.keys.filter { KeyAdvice.distance(from: slip, to: $0) == 1 }
                    let text = KeyAdvice.text(onUnknown: slip, in: section)
                    #expect(near.contains { text.contains("did you mean `\($0)`") }, "\(text)")
                }
            }
        }
    }

    @Test func `A word that is very long is nobody's slip`() {
        let word = String(repeating: "threshold", count: 100_000)
        #expect(KeyAdvice.nearest(to: word, among: ["threshold"]) == nil)
        #expect(KeyAdvice.text(onUnknown: word, in: .rule).utf8.count < 500)
    }

    @Test func `No part of the file knows a key twice, and each but the top stands in another`() {
        for section in Section.allCases {
            #expect(Set(section.keys).count == section.keys.count)
            #expect((section.parent == nil) == (section == .top))
            #expect(Set(section.others).count == Section.allCases.count - 1)
        }
    }
}
