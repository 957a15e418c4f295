// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Testing

@Suite struct GlobTests {
    @Test(
        arguments: [
            ("*", ""), ("*", "anything"), ("pg-*", "pg-1"), ("*-pool", "docker-8:1-2-pool"), ("a?c", "abc"), ("*a*b*", "xaxbx"),
            ("postgres:*", "postgres:16"), ("", ""), ("[x]", "[x]"),
        ])
    func `a glob matches`(pattern: String, text: String) {
        #expect(Glob(pattern).matches(text))
    }

    @Test(arguments: [("pg-*", "apg-1"), ("a?c", "ac"), ("", "x"), ("*a", "ab"), ("[x]", "x")])
    func `a glob does not match`(pattern: String, text: String) {
        #expect(!Glob(pattern).matches(text))
    }

    @Test(.timeLimit(.minutes(1))) func `a hostile pattern takes no exponential time`() {
        let pattern = String(repeating: "*a", count: 40) + "b"
        #expect(!Glob(pattern).matches(String(repeating: "a", count: 2000)))
    }
}
