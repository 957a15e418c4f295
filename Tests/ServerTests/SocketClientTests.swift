// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import NIOCore
import NIOPosix
import Testing
import Units

@testable import Server

struct SocketClientTests {
    @Test func `Status and explanation come over the socket as documents`() async throws {
        let daemon = FakeDaemon()
        try await Run.server(daemon) { server async throws in
            #expect(try await server.client.status() == StatusDocument(daemon.report()))
            let explanation = try await server.client.explain("container-0")
            #expect(explanation.volume.name == "web")
            let error = await #expect(throws: SocketClientError.self) { try await server.client.explain("nobody") }
            #expect(error?.description.contains("no volume or container is called `nobody`") == true)
        }
    }

    @Test func `Where nobody listens, the error says how to start a daemon`() async throws {
        try await Run.inFolder { folder async throws in
            let client = SocketClient(socketPath: "\(folder)/none.sock")
            let error = await #expect(throws: SocketClientError.noDaemon(socketPath: "\(folder)/none.sock")) {
                try await client.status()
            }
            #expect(error?.description.contains("systemctl start headroom") == true)
        }
    }

    /// Something at the other end that is no daemon: it sends `answer` (or nothing) to whoever connects.
    private static func impostor(
        answers answer: String?, within timeout: Duration = .seconds(20), _ body: (SocketClient) async throws -> Void
    ) async throws {
        try await Run.inFolder { folder async throws in
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { child in
                    child.eventLoop.makeCompletedFuture {
                        try child.pipeline.syncOperations.addHandler(Impostor(answer))
                    }
                }
                .bind(unixDomainSocketPath: "\(folder)/s").get()
            try await body(SocketClient(socketPath: "\(folder)/s", timeout: timeout))
            try await channel.close()
        }
    }

    @Test func `A daemon that does not answer is waited for no longer than asked`() async throws {
        try await Self.impostor(answers: nil, within: .milliseconds(300)) { client async throws in
            let clock = ContinuousClock()
            let start = clock.now
            await #expect(throws: SocketClientError.timeout(.milliseconds(300))) { try await client.get("/") }
            // A loaded machine comes back to this late.
            #expect(clock.now - start < .seconds(60))
        }
    }

    @Test(arguments: [
        "", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
    ])
    func `What is no daemon's answer is called so`(answer: String) async throws {
        try await Self.impostor(answers: answer) { client async throws in
            let error = await #expect(throws: SocketClientError.self) { try await client.status() }
            guard case .broken? = error else {
                Issue.record("\(error as Any)")
                return
            }
        }
    }
}

/// Says one thing to whoever connects, and hangs up; or nothing, and does not.
private final class Impostor: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String?

    init(_ answer: String?) { self.answer = answer }

    func channelActive(context: ChannelHandlerContext) {
        guard let answer else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        context.close(mode: .output, promise: nil)
    }
}
