// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

@testable import Gzip

struct GzipTests {
    /// What the system's own gzip makes of it. Nil when it finds a fault.
    private static func gunzip(_ bytes: [UInt8]) throws -> [UInt8]? {
        var template = Array("/tmp/headroom-gzip-XXXXXX".utf8CString)
        _ = try #require(mkdtemp(&template))
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { _ = system("rm -r \(folder)") }
        let file = try #require(fopen("\(folder)/a.gz", "w"))
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
        guard system("gzip -dc \(folder)/a.gz >\(folder)/a 2>/dev/null") == 0 else { return nil }
        let output = try #require(fopen("\(folder)/a", "r"))
        defer { fclose(output) }
        var found: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, output)
            if count == 0 { return found }
            found.append(contentsOf: chunk[..<count])
        }
    }

    private static func file(_ parts: [DeflatedPart], _ tail: [UInt8]) -> [UInt8] {
        GzipFile.header + parts.flatMap(\.bytes) + GzipFile.trailer(after: parts, storing: tail)
    }

    /// Repetitive as metrics are, and not at all.
    private static func text(_ length: Int, seed: UInt64, isNoise: Bool) -> [UInt8] {
        var state = seed
        return (0..<length).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return isNoise ? UInt8(truncatingIfNeeded: state >> 56) : UInt8(ascii: "a") + UInt8(index / 7 % 13)
        }
    }

    @Test(arguments: [0, 1, 100, 65_535, 65_536, 400_000], [false, true])
    func `A part and a tail of any length come out of gzip as they went in`(length: Int, isNoise: Bool) throws {
        let body = Self.text(length, seed: 7, isNoise: isNoise)
        let part = try #require(DeflatedPart(body))
        for tail in [[], Self.text(length, seed: 9, isNoise: isNoise)] {
            #expect(try Self.gunzip(Self.file([part], tail)) == body + tail)
        }
        #expect(try Self.gunzip(Self.file([], body)) == body)
    }

    @Test func `Parts can be put together in any order and number`() throws {
        let texts = (0..<4).map { Self.text(1000 * ($0 + 1), seed: UInt64($0), isNoise: $0 % 2 == 1) }
        let parts = try texts.map { try #require(DeflatedPart($0)) }
        for order in [[0, 1, 2, 3], [3, 1], [2, 2, 0], [1]] {
            let whole = order.flatMap { texts[$0] } + Array("end".utf8)
            #expect(try Self.gunzip(Self.file(order.map { parts[$0] }, Array("end".utf8))) == whole)
        }
    }

    @Test func `A wrong byte is noticed, so the checksum is one`() throws {
        let part = try #require(DeflatedPart(Self.text(500, seed: 1, isNoise: false)))
        var bytes = Self.file([part], Array("tail".utf8))
        bytes[bytes.count - 10] ^= 1
        #expect(try Self.gunzip(bytes) == nil)
    }

    @Test func `Text that repeats itself gets small`() throws {
        let text = (0..<5000).flatMap { Array("headroom_volume_size_bytes{pool=\"p\",volume=\"v\($0)\"} 1073741824\n".utf8) }
        let part = try #require(DeflatedPart(text))
        #expect(part.bytes.count * 8 < text.count, "\(part.bytes.count) of \(text.count)")
    }
}
