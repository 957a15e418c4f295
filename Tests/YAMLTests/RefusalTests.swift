// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing
import YAML

@Suite struct RefusalTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let text: String
        let kind: YAMLError.Kind
        let line: Int
        let column: Int
        let says: String
        var testDescription: String { text.debugDescription }

        init(_ text: String, _ kind: YAMLError.Kind, _ line: Int, _ column: Int, says: String) {
            self.text = text
            self.kind = kind
            self.line = line
            self.column = column
            self.says = says
        }
    }

    @Test(arguments: [
        Case("a: 1\nb: 2\na: 3\n", .duplicateKey(first: Mark(line: 1, column: 1)), 3, 1, says: "the first is at 1:1"),
        Case("x: {k: 1, 'k': 2}\n", .duplicateKey(first: Mark(line: 1, column: 5)), 1, 11, says: "`k`"),
        Case("a: 1\n---\nb: 2\n", .severalDocuments, 2, 1, says: "second document"),
        Case("a: &x 1\nb: *x\n", .alias, 1, 4, says: "`&x`"),
        Case("container: *-db\n", .alias, 1, 12, says: "\"*-db\""),
        Case("container: *\n", .syntax, 1, 12, says: "\"*\""),
        Case("a: !!str 1\n", .tag, 1, 4, says: "tag:yaml.org,2002:str"),
        Case("? [a]\n: b\n", .compoundKey, 1, 3, says: "not a list"),
        Case("a: {\n  b: 1\n", .syntax, 3, 1, says: "not closed"),
        Case("a: {b: 1", .syntax, 1, 9, says: "not closed"),
        Case("a: \u{85}b: [\u{2028}\r\n  c", .syntax, 4, 4, says: "not closed"),
        Case("a:\n\tb: 1\n", .syntax, 2, 1, says: "tab"),
        Case("a: \"b", .syntax, 1, 6, says: "quote"),
        Case("a: \"b\n", .syntax, 2, 1, says: "quote"),
        Case("a: b: c\n", .syntax, 1, 5, says: "indentation"),
        Case("a:\n  b: 1\n c: 2\n", .syntax, 3, 2, says: "same column"),
        Case("a: @b\n", .syntax, 1, 4, says: "into quotes"),
        Case("a: 1\nb\nc: 2\n", .syntax, 3, 1, says: "without `:`"),
        Case("ä: \u{1}\n", .encoding, 1, 4, says: "control character"),
    ])
    func `What is not read says where and why`(_ c: Case) throws {
        let error = try #require(throws: YAMLError.self) { try read(c.text) }
        #expect(error.kind == c.kind)
        #expect(error.mark == Mark(line: c.line, column: c.column))
        #expect(error.text.contains(c.says), "\(error.text)")
    }

    @Test func `Bytes that are not UTF-8 are refused at their place`() throws {
        let error = try #require(throws: YAMLError.self) {
            try YAMLDocument(parsing: Array("a: 1\nü: ".utf8) + [0xFF] + Array("\n".utf8))
        }
        #expect(error.kind == .encoding)
        #expect(error.mark == Mark(line: 2, column: 4))
        #expect(error.text.contains("0xff"))
    }

    @Test(arguments: [[0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82]] as [[UInt8]])
    func `Overlong, surrogate, too large and truncated sequences are not UTF-8`(bytes: [UInt8]) throws {
        let error = try #require(throws: YAMLError.self) { try YAMLDocument(parsing: Array("a: ".utf8) + bytes) }
        #expect(error.mark == Mark(line: 1, column: 4))
    }

    @Test func `A file in UTF-16 is told apart`() throws {
        let error = try #require(throws: YAMLError.self) { try YAMLDocument(parsing: [0xFF, 0xFE, 0x61, 0x00]) }
        #expect(error.text.contains("UTF-16"))
    }

    @Test func `One byte beyond the size limit is refused, the limit itself is read`() throws {
        let full = [UInt8](repeating: UInt8(ascii: "#"), count: YAMLDocument.Limits.size)
        #expect(try YAMLDocument(parsing: full).root == nil)
        let error = try #require(throws: YAMLError.self) { try YAMLDocument(parsing: full + [UInt8(ascii: "#")]) }
        #expect(error.kind == .tooLarge)
    }

    @Test func `One level beyond the depth limit is refused, the limit itself is read`() throws {
        let depth = YAMLDocument.Limits.depth
        let nested = { (n: Int) in String(repeating: "[", count: n) + String(repeating: "]", count: n) }
        #expect(try read(nested(depth))?.sequence != nil)
        let error = try #require(throws: YAMLError.self) { try read(nested(depth + 1)) }
        #expect(error.kind == .tooDeep)
        #expect(error.mark == Mark(line: 1, column: depth + 1))
    }

    /// Each is as large as a file may be, and of a shape that has made YAML readers slow or deep.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: ["[", "{", "- ", "? ", "&a ", "{a: ", "[a, ", "\"", "!", "%", "a: |\n ", "- - a\n", "'"])
    func `A hostile file of the largest size ends soon`(piece: String) {
        let text = String(repeating: piece, count: YAMLDocument.Limits.size / piece.utf8.count)
        let clock = ContinuousClock()
        let took = clock.measure { _ = try? read(text) }
        #expect(took < .seconds(15), "\(piece) took \(took)")
    }
}
