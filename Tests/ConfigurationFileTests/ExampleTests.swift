// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Owners
import Policy
import Testing

@testable import ConfigurationFile

/// deploy/headroom.yaml, which is installed as it is.
@Suite struct ExampleTests {
    private static let path = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/deploy/headroom.yaml"

    /// With the examples' own comment signs taken away: prose has one blank behind its sign, an example none or two.
    private func withExamples() throws -> String {
        let file = try #require(fopen(Self.path, "r"), "\(Self.path)")
        defer { fclose(file) }
        var lines: [String] = []
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while getline(&line, &capacity, file) > 0, let line {
            let text = String(cString: line)
            lines.append(text.hasPrefix("#  ") ? String(text.dropFirst()) : text)
        }
        return lines.joined()
    }

    @Test func `The installed file says what holds without it`() throws {
        let loaded = try Configuration.load(path: Self.path)
        #expect(loaded.rules == Rules())
        #expect(loaded.warnings == [])
    }

    @Test func `Its examples are accepted, and only say what has no effect`() throws {
        let loaded = try read(try withExamples())
        #expect(loaded.rules.pools.count == 1)
        let grow = AlertRule(labels: ["alertname": Glob("HeadroomVolumeFilling")], action: .grow(.byShare(.percent(20))))
        // Its other values are the defaults.
        #expect(loaded.rules.alerts.first == grow && loaded.rules.alerts.map(\.action.name) == ["grow", "grow", "pin"])
        #expect(loaded.rules.volumes.first?.match.labels == ["tier": Glob("db")])
        #expect(loaded.warnings.allSatisfy { $0.text.hasSuffix("has no effect in this version") })
        #expect(loaded.warnings.count == 4)
    }

    @Test func `Values shown for keys that have a default are that default`() throws {
        let loaded = try read(try withExamples())
        let rule = try #require(loaded.rules.volumes.first)
        let fallback = Rules.fallback
        #expect(rule.threshold == fallback.threshold)
        #expect(rule.target == fallback.target)
        #expect(rule.minimumStep == fallback.minimumStep)
        #expect(rule.maximumStep == fallback.maximumStep)
        #expect(rule.maximumShare == fallback.maximumShare)
        #expect(rule.cooldown == fallback.cooldown)
        #expect(loaded.rules.plainHook?.timeout == OwnerHook.timeout)
        #expect(loaded.rules.pools.first?.assumedFillRate == PoolRule.assumedFillRate)
        #expect(loaded.rules.pools.first?.metadataReserve == PoolRule.defaultReserve)
    }

    @Test(arguments: Section.allCases)
    func `Every key is shown`(section: Section) throws {
        let text = try withExamples()
        for key in section.keys { #expect(text.contains("\(key):") || key == "to", "\(key) of \(section.place)") }
    }
}
