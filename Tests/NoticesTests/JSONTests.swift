// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Notices
import Testing
import Units

/// What is posted, read back by another.
struct PostedAlert: Decodable, Equatable {
    var labels: [String: String]
    var annotations: [String: String]
    var startsAt: String
    var endsAt: String
    var generatorURL: String?
}

@Suite struct JSONTests {
    @Test func `any text comes back as it went`() throws {
        let hostile = (0..<0x80).map { String(Unicode.Scalar(UInt8($0))) }.joined() + "\u{2028}ü🙂\u{FEFF}\\u0000"
        let notice = Notice(
            labels: ["alertname": hostile, "a": "b"], annotations: ["summary": hostile],
            startsAt: WallTime(seconds: 1_800_000_000.25), endsAt: WallTime(seconds: 1_800_000_240))
        let bytes = Notice.json([notice, notice], generatorURL: "https://h/")
        let read = try JSONDecoder().decode([PostedAlert].self, from: Data(bytes))
        let posted = PostedAlert(
            labels: notice.labels, annotations: notice.annotations, startsAt: "2027-01-15T08:00:00.250Z",
            endsAt: "2027-01-15T08:04:00.000Z", generatorURL: "https://h/")
        #expect(read == [posted, posted])
    }

    @Test func `nothing is an empty list, and a URL that is not set is left out`() throws {
        #expect(Notice.json([], generatorURL: nil) == Array("[]".utf8))
        let notice = Notice(labels: ["a": "b"], annotations: [:], startsAt: WallTime(seconds: 0), endsAt: WallTime(seconds: 1))
        #expect(!String(decoding: Notice.json([notice], generatorURL: nil), as: UTF8.self).contains("generatorURL"))
    }
}
