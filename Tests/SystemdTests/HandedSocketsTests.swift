// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

@testable import Systemd

struct HandedSocketsTests {
    @Test(
        arguments: [
            [:], ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "8"], ["LISTEN_FDS": "0", "LISTEN_PID": "7"],
            ["LISTEN_FDS": "-1", "LISTEN_PID": "7"], ["LISTEN_FDS": "65", "LISTEN_PID": "7"],
            ["LISTEN_FDS": "a", "LISTEN_PID": "7"],
        ] as [[String: String]])
    func `What was not handed to this process is not taken`(variables: [String: String]) throws {
        #expect(try HandedSockets.taken(environment: variables.value, process: 7) == [])
    }

    @Test func `Only a socket that takes TCP connections can be served`() throws {
        let unix = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let idle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { for descriptor in [unix, idle, listening] { close(descriptor) } }
        #expect(listen(listening, 1) == 0)
        try HandedSockets.check(listening)
        for other in [unix, idle, -1] {
            #expect(throws: HandedSocketError.self) { try HandedSockets.check(other) }
        }
    }
}
