// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import Credentials

struct SecretMarkTests {
    @Test func `Parts that read alike one after the other are told apart`() {
        #expect(SecretMark.of(Array("ab".utf8), Array("c".utf8)) != SecretMark.of(Array("a".utf8), Array("bc".utf8)))
        #expect(SecretMark.of(Array("a".utf8)) == SecretMark.of(Array("a".utf8)))
    }
}
