// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

@testable import Credentials

struct TokenTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    /// Writes a file with a mode, has it read as a token, and takes it away.
    private func token(_ text: String, mode: mode_t = 0o640, name: String = "alertmanager") throws -> Token {
        var path = Array("/tmp/headroom-token-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        let file = String(decoding: path.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(file) }
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        #expect(fchmod(descriptor, mode) == 0)
        close(descriptor)
        return try Token(reading: TokenSource(name: name, file: file, scopes: [.override]))
    }

    @Test(arguments: ["", "\n", "\r\n", " \n\n"])
    func `A token is the file's one word, however its line ends`(end: String) throws {
        let known = Token(name: "alertmanager", scopes: [.override], secret: Array(TokenTests.secret.utf8))
        #expect(try token(TokenTests.secret + end) == known)
    }

    @Test(arguments: [0o644, 0o604, 0o642, 0o660, 0o777])
    func `A file that others can read or write is refused`(mode: Int) {
        let error = #expect(throws: TokenError.self) { try token(TokenTests.secret, mode: mode_t(mode)) }
        #expect(error?.description.contains("chmod") == true)
    }

    @Test(arguments: [
        "", "\n", "0123456789abcde", "two words of many characters", "0123456789abcdef\n0123456789abcdef", "pässwort-pässwort",
    ])
    func `What is no token is refused, and not shown`(text: String) {
        let error = #expect(throws: TokenError.self) { try token(text) }
        #expect(error?.description.contains("openssl rand") == true)
        #expect(text.count < 3 || error?.description.contains(text) == false)
    }

    @Test func `A file that is not there is named, with what to do`() {
        let error = #expect(throws: TokenError.self) {
            try Token(reading: TokenSource(name: "a", file: "/tmp/no/such/file", scopes: []))
        }
        #expect(error?.description.contains("/tmp/no/such/file") == true)
        #expect(throws: TokenError.self) { try Token(reading: TokenSource(name: "a", file: "/tmp", scopes: [])) }
    }
}
