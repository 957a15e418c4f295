// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import Credentials

struct ProofTests {
    @Test(arguments: [
        ("Basic YWxpY2U6b3BlbiBzZXNhbWU=", Proof.password(Array("open sesame".utf8), user: "alice")),
        ("basic   YWxpY2U6YTpi", .password(Array("a:b".utf8), user: "alice")),
        ("BASIC Og==", .password([], user: "")),
        ("Basic Og", .password([], user: "")),
        ("Bearer abc.def", .token(Array("abc.def".utf8))),
        ("bearer x", .token(Array("x".utf8))),
    ])
    func `A header says who sends it`(header: String, proof: Proof) {
        #expect(Proof(authorization: header) == proof)
    }

    @Test(arguments: [
        "", "Basic", "Basic ", "Basic YWxpY2U=", "Basic !!!!", "Basic Y", "Basic YWxp===", "Basic /////w==", "Bearer", "Bearer ",
        "Digest username=a", "YWxpY2U6YTpi",
    ])
    func `Another header says nothing`(header: String) {
        #expect(Proof(authorization: header) == nil)
    }
}
