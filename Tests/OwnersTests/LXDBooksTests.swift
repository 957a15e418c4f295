// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import HTTPClient
import Testing
import Units

@testable import Owners

@Suite struct LXDBooksTests {
    private let double = LXDDouble()
    private var books: LXDBooks { LXDBooks(asking: double.ask) }
    private let path = "/1.0/instances/my-web?project=shop"

    private var volume: LXDVolume {
        var volume = LXDVolume(
            container: "my-web", of: Container(id: "my-web"), volumeGroup: "vg")
        volume.project = "shop"
        volume.storagePool = "depot"
        return volume
    }

    /// The record of an instance whose root disk has these settings, its own or a profile's.
    private func record(_ root: String, isOwn: Bool = true) throws(LXDBooksError) -> LXDRecord {
        let devices = isOwn ? #"{"root":\#(root)}"# : "{}"
        double.answers[path] =
            #"{"metadata":{"name":"my-web","devices":\#(devices),"expanded_devices":{"root":\#(root),"eth0":{"type":"nic"}}}}"#
        return try books.record(of: volume)
    }

    private static let plain = #"{"type":"disk","path":"/","pool":"depot","io.bus":"nvme"}"#
    private static let sized = #"{"type":"disk","path":"/","pool":"depot","size":"512MiB"}"#
    private static let ok = ClientAnswer(status: 200, body: Array(#"{"type":"sync","metadata":{}}"#.utf8))

    private func said(_ request: ClientRequest?) throws -> [String: [String: [String: String]]] {
        try JSONDecoder().decode([String: [String: [String: String]]].self, from: Data(try #require(request?.body)))
    }

    @Test(arguments: [true, false])
    func `only the root disk is sent, whole and with its size, and only for the state that was read`(isOwn: Bool) throws {
        let record = try record(Self.plain, isOwn: isOwn)
        #expect(record.size == nil)
        double.inTurn = [Self.ok]
        try books.set(.gibibytes(1), in: record, live: .mebibytes(256))
        let request = try #require(double.asked.last)
        #expect(request.method == .patch && request.path == path && request.headers == ["if-match": "\"e1\""])
        let root = ["type": "disk", "path": "/", "pool": "depot", "io.bus": "nvme", "size": "1024MiB"]
        #expect(try said(request) == ["devices": ["root": root]])
    }

    @Test(arguments: [
        (Bytes.mebibytes(508), Bytes.mebibytes(256)), (.mebibytes(600), .mebibytes(604)), (.zero, .zero),
        (.mebibytes(512), Bytes(536_870_913)),
    ])
    func `never is a size sent below what is recorded or what is there`(size: Bytes, live: Bytes) throws {
        let record = try record(Self.sized)
        #expect(record.size == .mebibytes(512))
        let before = double.asked.count
        let error = #expect(throws: LXDBooksError.self) { try books.set(size, in: record, live: live) }
        guard case .refused(let text)? = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(text.contains("my-web") && text.contains("512MiB"))
        #expect(double.asked.count == before, "it was asked all the same")
    }

    @Test func `what LXD has recorded counts as too little only by an extent of LVM's or more`() throws {
        let record = try record(#"{"type":"disk","path":"/","pool":"depot","size":"500MB"}"#)
        // LVM rounds 500 MB up to 120 extents.
        #expect(!record.tellsLess(than: Bytes.mebibytes(480).wholeSectors))
        #expect(record.tellsLess(than: Bytes.mebibytes(484).wholeSectors))
        #expect(!(try self.record(Self.plain)).tellsLess(than: Bytes.gibibytes(4).wholeSectors))
    }

    @Test(arguments: [
        (#"{"type":"disk","path":"/","pool":"depot","size":"half"}"#, "cannot be understood"),
        (#"{"type":"disk","path":"/","pool":"other"}"#, "another storage pool"),
        (#"{"type":"disk","path":"/srv"}"#, "no root disk"),
    ])
    func `a record that is not what was expected is not built upon`(root: String, word: String) {
        let error = #expect(throws: LXDBooksError.self) { try record(root) }
        guard case .failed(let text)? = error else {
            Issue.record("\(error as Any)")
            return
        }
        #expect(text.contains(word), "\(text)")
    }

    @Test(arguments: [
        (412, "ETag doesn't match: a vs b"), (400, "Instance is busy running a \"backup\" operation"),
        (500, "Failed to create instance update operation: A matching non-reusable operation has now succeeded"),
    ])
    func `where somebody else was quicker, it is worth another try`(status: Int, text: String) throws {
        let record = try record(Self.plain)
        double.inTurn = [answer(status, text)]
        #expect(throws: LXDBooksError.changed) { try books.set(.gibibytes(1), in: record, live: .zero) }
    }

    private func answer(_ status: Int, _ error: String) -> ClientAnswer {
        let text = error.replacing("\"", with: "\\\"")
        return ClientAnswer(status: status, body: Array(#"{"type":"error","error_code":\#(status),"error":"\#(text)"}"#.utf8))
    }

    @Test func `LXD's own words say why it did not`() throws {
        let record = try record(Self.plain)
        double.inTurn = [answer(403, "Project shop would exceed its limit of disk space")]
        let error = #expect(throws: LXDBooksError.self) { try books.set(.gibibytes(1), in: record, live: .zero) }
        #expect(error == .failed("LXD says of instance my-web: Project shop would exceed its limit of disk space"))
        #expect(throws: LXDBooksError.failed("LXD says of instance my-web: not found")) {
            double.answers[path] = nil
            _ = try books.record(of: volume)
        }
    }

    @Test func `what is done beside the answer is waited for`() throws {
        let record = try record(Self.plain)
        let begun = ClientAnswer(status: 202, body: Array(#"{"type":"async","metadata":{"id":"7-a","status_code":103}}"#.utf8))
        func ended(_ status: Int) -> ClientAnswer {
            ClientAnswer(status: 200, body: Array(#"{"metadata":{"id":"7-a","status_code":\#(status),"err":"disk full"}}"#.utf8))
        }
        double.inTurn = [begun, ended(200)]
        try books.set(.gibibytes(1), in: record, live: .zero)
        #expect(double.asked.last?.path == "/1.0/operations/7-a/wait")
        double.inTurn = [begun, ended(400)]
        #expect(throws: LXDBooksError.failed("LXD says of instance my-web: disk full")) {
            try books.set(.gibibytes(1), in: record, live: .zero)
        }
    }

    @Test(arguments: [
        (ClientError.nobodyListens, true), (.permissionDenied, true), (.broken("x"), false), (.timeout(.seconds(600)), false),
    ])
    func `a daemon that is not there is a refusal, one that is late may still do it`(silence: ClientError, isRefusal: Bool)
        throws
    {
        let record = try record(Self.plain)
        double.silence = silence
        let error = #expect(throws: LXDBooksError.self) { try books.set(.gibibytes(1), in: record, live: .zero) }
        if case .refused? = error { #expect(isRefusal) } else { #expect(!isRefusal) }
        #expect((error == .late(.seconds(600))) == (silence == .timeout(.seconds(600))))
        // A question changes nothing.
        let unread = #expect(throws: LXDBooksError.self) { _ = try books.record(of: volume) }
        if case .refused? = unread { #expect(silence != .broken("x")) } else { #expect(silence == .broken("x")) }
    }
}
