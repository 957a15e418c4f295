// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Engine
import Host
import Inventory
import Owners
import Policy
import Testing
import Units

@testable import Exposition

struct DocumentTests {
    private static func report() -> Report {
        let volumes = SampleHost.hostileNames.enumerated().map { SampleHost.volume($1, thinID: UInt32($0)) }
        let refusal = Refusal(.reserve, "the pool keeps 10 %", hint: "grow the pool")
        var decisions = volumes.map { SampleHost.decision($0) }
        decisions[1] = SampleHost.decision(volumes[1], .refused(refusal), needs: [.threshold, .burst])
        decisions[2] = SampleHost.decision(volumes[2], .wouldGrow(SampleHost.order(volumes[2])), needs: [.threshold])
        var report = SampleHost.report(volumes: volumes, decisions: decisions)
        report.growths.recent = [
            FinishedGrowth(
                order: SampleHost.order(volumes[0]), finishedAt: WallTime(seconds: 5), duration: .seconds(1),
                reached: .gibibytes(2), failure: "resume: no")
        ]
        report.polls.lastSuccess = WallTime(seconds: 1_700_000_100)
        return report
    }

    @Test func `A status survives being written to JSON and read back, whatever the names`() throws {
        let status = StatusDocument(Self.report())
        for pretty in [true, false] {
            let bytes = try Documents.encode(status, pretty: pretty)
            #expect(bytes.last == UInt8(ascii: "\n"))
            #expect(try Documents.decode(StatusDocument.self, from: bytes) == status)
        }
        #expect(status.volumes.map { Array($0.name.utf8) } == SampleHost.hostileNames.sorted().map { Array($0.description.utf8) })
    }

    @Test func `Keys are in snake case, sizes are integers of bytes, moments ISO 8601`() throws {
        let text = String(decoding: try Documents.encode(StatusDocument(SampleHost.report())), as: UTF8.self)
        for piece in [
            #""size_bytes":1073741824"#, #""data_used_bytes":268435456"#, #""host_kind":"linux""#, #""thin_id":1"#,
            #""started_at":"2023-11-14T22:13:20Z""#, #""last_succeeded":true"#, #""mountpoint":"/mnt""#,
        ] {
            #expect(text.contains(piece), "\(piece) in \(text)")
        }
    }

    @Test func `A volume's document says why it is refused, or what would be done`() throws {
        let report = Self.report()
        let byName = Dictionary(uniqueKeysWithValues: StatusDocument(report).volumes.map { ($0.thinId, $0) })
        #expect(byName[0]?.verdict == .content)
        #expect(byName[1]?.verdict == .refused)
        #expect(byName[1]?.refusal?.reason == .reserve)
        #expect(byName[1]?.needs == [.threshold, .burst])
        #expect(byName[2]?.verdict == .wouldGrow)
        #expect(byName[2]?.order?.toBytes == Bytes.gibibytes(2).count)
        #expect(byName[2]?.refusal == nil)
    }

    @Test func `An explanation has the findings in order, the pool and the verdict in a sentence`() throws {
        var report = Self.report()
        let volume = try #require(report.snapshot?.volumes[1])
        report.plan?.decisions[1].findings = [
            Finding("threshold", "91 % used", speaksFor: true), Finding("reserve", "nothing left", speaksFor: false),
            Finding("fact", "a fact"),
        ]
        let explanation = try #require(ExplainDocument(volume, in: report))
        #expect(explanation.findings.map(\.subject) == ["threshold", "reserve", "fact"])
        #expect(explanation.findings.map(\.speaksFor) == [true, false, nil])
        #expect(explanation.pool?.headroomBytes == Bytes.mebibytes(500).count)
        #expect(explanation.summary.hasSuffix("should be larger and is not grown: the pool keeps 10 %"))
        #expect(explanation.volume.refusal?.hint == "grow the pool")
        let bytes = try Documents.encode(explanation)
        #expect(try Documents.decode(ExplainDocument.self, from: bytes) == explanation)
        #expect(ExplainDocument(SampleHost.volume("absent"), in: report) == nil)
    }

    @Test func `A failed pool's document has its state and no figures`() {
        let document = StatusDocument(SampleHost.report(pools: [SampleHost.pool("depot", status: .failed)])).pools[0]
        #expect(document.state == "failed")
        #expect(document.dataBytes == nil && document.reserveBytes == nil && document.needsCheck == nil)
    }

    @Test func `An error's document carries the refusal's word`() throws {
        let document = ErrorDocument(Refusal(.maximumSize, "too large", hint: "ask for less"))
        let text = String(decoding: try Documents.encode(document), as: UTF8.self)
        #expect(text == #"{"error":"too large","hint":"ask for less","reason":"maximum_size"}"# + "\n")
    }
}
