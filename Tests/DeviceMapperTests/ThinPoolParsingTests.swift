// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Testing
import Units

@Suite("What a thin pool's table and status say")
struct ThinPoolParsingTests {
    private func target(_ line: String) throws -> Target { try #require(Target(line: line)) }

    @Test("a table without features keeps every default")
    func plainTable() throws {
        let table = try ThinPoolTable(parsing: target("0 2097152 thin-pool 7:1 7:0 128 32768"))
        #expect(
            table
                == ThinPoolTable(
                    length: Sectors(2_097_152), metadataDevice: DeviceNumber(major: 7, minor: 1),
                    dataDevice: DeviceNumber(major: 7, minor: 0), blockSize: Sectors(128), lowWaterMark: DataBlocks(32768)))
    }

    @Test("each feature sets its own flag and no other")
    func features() throws {
        func table(_ features: String) throws -> ThinPoolTable {
            try #require(ThinPoolTable(parsing: target("0 8 thin-pool 253:0 253:1 2048 0 \(features) ")))
        }
        var plain = try table("0")
        plain.skipsBlockZeroing = true
        #expect(try table("1 skip_block_zeroing") == plain)
        plain.skipsBlockZeroing = false
        plain.ignoresDiscard = true
        #expect(try table("1 ignore_discard") == plain)
        plain.ignoresDiscard = false
        plain.passesDiscardDown = false
        #expect(try table("1 no_discard_passdown") == plain)
        plain.passesDiscardDown = true
        plain.isReadOnly = true
        #expect(try table("1 read_only") == plain)
        plain.isReadOnly = false
        plain.errorsWhenFull = true
        #expect(try table("1 error_if_no_space") == plain)
        let all = try table("5 skip_block_zeroing ignore_discard no_discard_passdown read_only error_if_no_space")
        #expect(all.skipsBlockZeroing && all.ignoresDiscard && !all.passesDiscardDown && all.isReadOnly && all.errorsWhenFull)
    }

    @Test("a feature of a kernel to come leaves the rest readable")
    func unknownFeature() throws {
        let table = ThinPoolTable(parsing: try target("0 8 thin-pool 7:0 7:1 128 1 2 error_if_no_space brand_new"))
        #expect(table?.errorsWhenFull == true)
    }

    @Test(
        "a table that no kernel prints is none",
        arguments: [
            "0 8 thin 7:0 7:1 128 0", "8 8 thin-pool 7:0 7:1 128 0", "0 8 thin-pool", "0 8 thin-pool 7:0 7:1 128",
            "0 8 thin-pool 7:0 7:1 0 0", "0 8 thin-pool 7:0 7:1 100 0", "0 8 thin-pool 7:0 7:1 4194304 0",
            "0 8 thin-pool 7:0 7:1 -128 0", "0 8 thin-pool 7:0 7:1 128 x", "0 8 thin-pool 7:0 7:1 128 0 2 read_only",
            "0 8 thin-pool 7:0 7:1 128 0 99999999999999999999", "0 8 thin-pool Fail",
        ])
    func badTable(line: String) throws { #expect(ThinPoolTable(parsing: try target(line)) == nil) }

    @Test("a healthy pool's status gives every figure")
    func workingStatus() throws {
        let status = try ThinPoolStatus(
            parsing: target("0 204800 thin-pool 12 145/4096 1000/1600 - rw discard_passdown queue_if_no_space - 1024 "))
        #expect(
            status
                == .working(
                    ThinPoolStatus.Report(
                        transactionID: 12, metadataUsed: MetadataBlocks(145), metadataTotal: MetadataBlocks(4096),
                        dataUsed: DataBlocks(1000), dataTotal: DataBlocks(1600), metadataLowWaterMark: MetadataBlocks(1024))))
    }

    @Test("mode, discard, full, held root and needs_check are each told apart")
    func words() throws {
        func report(_ tail: String) throws -> ThinPoolStatus.Report {
            let status = try ThinPoolStatus(parsing: target("0 8 thin-pool 0 1/2 3/4 \(tail)"))
            guard case .working(let report) = status else { throw Missing(text: "\(status)") }
            return report
        }
        #expect(try report("- ro ignore_discard error_if_no_space - 0").mode == .readOnly)
        #expect(try report("- ro ignore_discard error_if_no_space - 0").discard == .ignored)
        #expect(try report("- ro ignore_discard error_if_no_space - 0").whenFull == .error)
        #expect(try report("- out_of_data_space no_discard_passdown queue_if_no_space - 0").mode == .outOfDataSpace)
        #expect(try report("- out_of_data_space no_discard_passdown queue_if_no_space - 0").discard == .noPassdown)
        #expect(try report("- rw discard_passdown queue_if_no_space needs_check 0").needsCheck)
        #expect(try report("77 rw discard_passdown queue_if_no_space - 0").heldRoot == MetadataBlocks(77))
    }

    @Test("older kernels print fewer words")
    func olderKernels() throws {
        for more in ["", " queue_if_no_space", " queue_if_no_space -"] {
            let tail = "- rw discard_passdown" + more
            let status = try ThinPoolStatus(parsing: target("0 8 thin-pool 0 1/2 3/4 \(tail)"))
            guard case .working(let report) = status else { throw Missing(text: tail) }
            #expect(report.metadataLowWaterMark == nil && !report.needsCheck && report.whenFull == .queue)
        }
    }

    @Test("a failed and an unreadable pool are facts of their own")
    func failures() throws {
        #expect(try ThinPoolStatus(parsing: target("0 204800 thin-pool Fail")) == .failed)
        #expect(try ThinPoolStatus(parsing: target("0 204800 thin-pool Error")) == .unreadable)
    }

    @Test(
        "a status that no kernel prints is unknown, with its text",
        arguments: [
            "", "Fail Fail", "fail", "1", "0 1/2 3/4 -", "0 1/2 3/4 - rx discard_passdown", "0 1/2 3/4 - rw discard",
            "0 2/1 3/4 - rw discard_passdown", "0 1/2 5/4 - rw discard_passdown", "0 1/2/3 3/4 - rw discard_passdown",
            "-1 1/2 3/4 - rw discard_passdown", "0 1/2 3/4 x rw discard_passdown",
            "0 1/2 3/4 - rw discard_passdown maybe", "0 1/2 3/4 - rw discard_passdown queue_if_no_space yes",
            "0 1/2 3/4 - rw discard_passdown queue_if_no_space - x", "0 1/99999999999999999999 3/4 - rw discard_passdown",
        ])
    func unknownStatus(words: String) throws {
        let target = Target(length: Sectors(8), kind: "thin-pool", words: words)
        #expect(ThinPoolStatus(parsing: target) == .unknown(words))
    }

    @Test("another target is no pool")
    func otherTarget() throws {
        #expect(try ThinPoolStatus(parsing: target("0 8 linear 7:0 0")) == .unknown("0 8 linear 7:0 0"))
    }
}

struct Missing: Error { let text: String }
