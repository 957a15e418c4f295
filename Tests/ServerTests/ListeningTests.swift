// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing
import Units

@testable import Server

/// One after the other: a process that is being started shares the sockets of all for a moment, and a socket that is to be
/// dead would not be.
@Suite(.serialized)
struct ListeningTests {
    @Test(
        arguments: [
            (":10787", nil, 10787), ("127.0.0.1:80", "127.0.0.1", 80), ("[::1]:10787", "::1", 10787),
            ("localhost:0", "localhost", 0),
            ("[::]:65535", "::", 65535),
        ] as [(String, String?, UInt16)])
    func `An address is read and written alike`(text: String, host: String?, port: UInt16) {
        #expect(ListenAddress(text) == ListenAddress(host: host, port: port))
        #expect(ListenAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", ":", "10787", "::1:10787", "localhost", "a:b", ":65536", ":-1", ":+1", "[::1]", "[a]:1", "a b:1", "http://a:1", ":１",
    ])
    func `What is no address is refused`(text: String) { #expect(ListenAddress(text) == nil) }

    @Test func `The standard address is port 10787 of every address`() { #expect(ListenAddress.standard.description == ":10787") }

    @Test func `A server listens on several addresses at once`() async throws {
        let (places, continuation) = AsyncStream.makeStream(of: Listening.self)
        let server = try Server(
            daemon: FakeDaemon(),
            addresses: [ListenAddress(host: "127.0.0.1", port: 0), ListenAddress(host: "127.0.0.1", port: 0)], socketPath: nil,
            access: .open, logger: Run.quiet, onListening: { continuation.yield($0) })
        let group = ServiceGroup(configuration: .init(services: server.services, logger: Run.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                // A server that cannot start is not waited for.
                defer { continuation.finish() }
                try await group.run()
            }
            var ports: Set<UInt16> = []
            for await case .network(let address) in places {
                #expect(try await RunningServer(port: Int(address.port), folder: "").get("/-/healthy").status == 200)
                ports.insert(address.port)
                if ports.count == 2 { break }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `Connections that say nothing, or are kept for later, do not keep the server from stopping`() async throws {
        var kept: [any Channel] = []
        try await Run.server { server async throws in
            for text in ["", "GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n"] {
                let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: "127.0.0.1", port: server.port).get()
                try await channel.writeAndFlush(ByteBuffer(string: text))
                kept.append(channel)
            }
            // Both are accepted by now, as connections are taken in order.
            #expect(try await server.get("/-/healthy").status == 200)
        }
        for channel in kept { try? await channel.close() }
    }

    @Test(.timeLimit(.minutes(1)))
    func `A socket that was handed over is served, by one server after the other`() async throws {
        try await Self.withListeningSocket { own in
            for _ in 1...2 {
                try await Self.serving(own) { port, group in
                    let answer = try await RunningServer(port: port, folder: "").get("/-/healthy")
                    #expect(answer.status == 200 && answer.headers["date"]?.hasSuffix(" GMT") == true)
                    let idle = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .connect(host: "127.0.0.1", port: port).get()
                    // One that says nothing does not keep it from ending.
                    _ = idle
                    await group.triggerGracefulShutdown()
                }
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `Who was let in before the end is answered, though he asks after it, since the next server will not hear him`()
        async throws
    {
        try await Self.withListeningSocket { own in
            try await Self.serving(own) { port, group in
                let text = try await RawClient.send(
                    "GET /-/healthy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: port
                ) {
                    // It is accepted by now, as connections are taken in order.
                    #expect(try await RunningServer(port: port, folder: "").get("/-/healthy").status == 200)
                    await group.triggerGracefulShutdown()
                    try await Task.sleep(for: .milliseconds(100))
                }
                #expect(text.hasPrefix("HTTP/1.1 200"), "\(text)")
            }
        }
    }

    private static func withListeningSocket(_ body: (Int32) async throws -> Void) async throws {
        let own = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(own) }
        #expect(listen(own, 8) == 0)
        try await body(own)
    }

    /// A server on its own copy of the socket, as each process gets one from systemd. The body has it end, which is waited for.
    private static func serving(_ own: Int32, _ body: (Int, ServiceGroup) async throws -> Void) async throws {
        let (places, continuation) = AsyncStream.makeStream(of: Listening.self)
        let server = try Server(
            daemon: FakeDaemon(), addresses: [], handed: [dup(own)], socketPath: nil, access: .open, logger: Run.quiet,
            onListening: { continuation.yield($0) })
        let group = ServiceGroup(configuration: .init(services: server.services, logger: Run.quiet))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { continuation.finish() }
                try await group.run()
            }
            for await case .network(let address) in places {
                try await body(Int(address.port), group)
                break
            }
            try await tasks.waitForAll()
        }
    }

    @Test func `A date is written as HTTP wants it`() {
        #expect(HTTPDate.text(of: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(of: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }

    /// What a server that is to end by itself ends with.
    private static func failure(addresses: [ListenAddress] = [], socketPath: String? = nil) async -> (any Error)? {
        do {
            let server = try Server(
                daemon: FakeDaemon(), addresses: addresses, socketPath: socketPath, access: .open, logger: Run.quiet)
            try await ServiceGroup(configuration: .init(services: server.services, logger: Run.quiet)).run()
            return nil
        } catch {
            return error
        }
    }

    @Test func `An address that something else has ends the server with what to do`() async throws {
        try await Run.server { server async throws in
            let address = ListenAddress(host: "127.0.0.1", port: UInt16(server.port))
            let error = try #require(await Self.failure(addresses: [address]) as? ServerError)
            #expect(error == .addressInUse("127.0.0.1:\(server.port)"))
            #expect(error.description.contains("ss -ltnp"))
            #expect(try await server.get("/-/healthy").status == 200)
        }
    }

    @Test func `An address that this host has not ends the server`() async throws {
        let error = await Self.failure(addresses: [ListenAddress(host: "192.0.2.1", port: 0)])
        #expect(error as? ServerError == .addressNotHere("192.0.2.1:0"))
    }

    @Test func `The socket of a daemon that runs is left to it`() async throws {
        try await Run.server { server async throws in
            let error = await Self.failure(socketPath: server.socketPath)
            #expect(error as? ServerError == .daemonRuns(socketPath: server.socketPath))
            #expect(try await server.client.get("/-/healthy").status == 200)
        }
    }

    @Test func `The socket of a daemon that died is replaced`() async throws {
        let leave: (String) async throws -> Void = { path in
            let old = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(unixDomainSocketPath: path + ".old").get()
            // A second name keeps the file when its listener is gone, as after a kill.
            #expect(link(path + ".old", path) == 0)
            try await old.close()
        }
        try await Run.server(before: leave) { server async throws in
            #expect(try await server.client.get("/-/healthy").status == 200)
        }
        try await Run.inFolder { folder async throws in
            try await leave("\(folder)/s")
            await #expect(throws: SocketClientError.noDaemon(socketPath: "\(folder)/s")) {
                try await SocketClient(socketPath: "\(folder)/s").get("/")
            }
        }
    }

    @Test func `A file that is no socket, an open folder and a long path are not listened at`() async throws {
        try await Run.inFolder { folder async throws in
            let file = "\(folder)/file"
            let opened = try #require(fopen(file, "w"))
            fclose(opened)
            #expect(throws: ServerError.notASocket(path: file)) { try SocketFolder.prepare(for: file) }
            #expect(access(file, F_OK) == 0)

            #expect(mkdir("\(folder)/open", 0o700) == 0 && chmod("\(folder)/open", 0o777) == 0)
            #expect(throws: ServerError.folderIsOpen("\(folder)/open")) { try SocketFolder.prepare(for: "\(folder)/open/s") }

            let long = "\(folder)/" + String(repeating: "x", count: 108)
            #expect(throws: ServerError.pathTooLong(long, limit: 107)) { try SocketFolder.prepare(for: long) }
            let error = #expect(throws: ServerError.self) { try SocketFolder.prepare(for: "\(folder)/none/none/s") }
            #expect(error?.description.contains("No such file or directory") == true)
        }
    }

    private static let canBeNobody = geteuid() == 0 && system("command -v setpriv curl >/dev/null 2>&1") == 0

    @Test(.enabled(if: canBeNobody, "takes root, setpriv and curl"))
    func `Another user is turned away by the socket even if its mode lets him in`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            for (path, mode) in [(server.folder, 0o755), (server.folder + "/run", 0o755), (server.socketPath, 0o777)] {
                #expect(chmod(path, mode_t(mode)) == 0)
            }
            let ask = "curl -s -o /dev/null -w '%{http_code}' --unix-socket \(server.socketPath) http://a/-/healthy"
            let statuses = try await NIOThreadPool.singleton.runIfActive {
                let output = server.folder + "/status"
                _ = system("{ setpriv --reuid=65534 --clear-groups \(ask); echo; \(ask); } >\(output)")
                return try readLines(output)
            }
            #expect(statuses == ["403", "200"])
        }
    }
}

private func readLines(_ path: String) throws -> [String] {
    let file = try #require(fopen(path, "r"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").map(String.init)
}
