// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Glibc
import NIOCore
import Testing

@testable import Server

struct AccessTests {
    @Test func `Nobody grows anything over the network`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            let answer = try await server.post("/api/v1/volumes/web/grow", body: #"{"to": "42GiB"}"#)
            #expect(answer.status == 403)
            let document = try Documents.decode(ErrorDocument.self, from: Array(answer.body.utf8))
            #expect(document.error.contains("no authentication"))
            #expect(!document.hint.isEmpty)
            #expect(daemon.seen.wishes.isEmpty)
        }
    }

    @Test(arguments: ["127.0.0.1", nil])
    func `This host reloads over the network, on an IPv6 socket too`(host: String?) async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon, host: host) { server async throws in
            #expect(try await server.post("/-/reload").status == 200)
            #expect(try await server.get("/-/reload").status == 405)
            #expect(daemon.seen.reloads == 1)
        }
    }

    @Test(arguments: ["Origin: http://evil.example", "X-Forwarded-For: 10.0.0.1", "Forwarded: for=10.0.0.1", "Via: 1.1 proxy"])
    func `A web page or somebody behind a proxy does not reload`(header: String) async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            #expect(try await server.post("/-/reload", headers: header + "\r\n").status == 403)
            #expect(daemon.seen.reloads == 0)
        }
    }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.8.9.10", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.1", false),
        ("::ffff:10.0.0.1", false), ("::2", false), ("fe80::1", false), ("128.0.0.1", false),
    ])
    func `Loopback is what stays on this host`(address: String, isLoopback: Bool) throws {
        #expect(try SocketAddress(ipAddress: address, port: 1).isLoopback == isLoopback)
    }

    @Test func `A bad file answers a reload with what is wrong with it`() async throws {
        let daemon = FakeDaemon()
        daemon.set { $0.reloadError = ReloadError(text: "headroom.yaml:3:5: unknown key `treshold`") }
        try await Run.server(daemon) { server async throws in
            let answer = try await server.post("/-/reload")
            #expect(answer.status == 500)
            let document = try Documents.decode(ErrorDocument.self, from: Array(answer.body.utf8))
            #expect(document.error == "headroom.yaml:3:5: unknown key `treshold`")
            let error = await #expect(throws: SocketClientError.self) { try await server.client.reload() }
            #expect(error?.description.contains("headroom.yaml:3:5") == true)
        }
    }

    @Test func `The socket and its folder are their owner's alone`() async throws {
        try await Run.server { server async throws in
            var status = stat()
            #expect(stat(server.socketPath, &status) == 0)
            #expect(status.st_mode & 0o777 & ~0o700 == 0)
            #expect(stat(server.folder + "/run", &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
        }
    }

    @Test func `Root and the daemon's own user are answered, others not`() {
        #expect(Access.allows(user: 0, of: 1000))
        #expect(Access.allows(user: 1000, of: 1000))
        #expect(!Access.allows(user: 1001, of: 1000))
        #expect(!Access.allows(user: 1000, of: 0))
    }
}
