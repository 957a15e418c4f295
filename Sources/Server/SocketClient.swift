// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import Units

/// Asks the daemon over its Unix socket: one request for each connection.
public struct SocketClient: Sendable {
    public let socketPath: String
    /// How long an answer may take, all in all.
    public var timeout: Duration

    /// Bytes of an answer at most: a status of a hundred thousand volumes.
    static let answerLimit = 128 << 20

    public init(socketPath: String, timeout: Duration = .seconds(10)) {
        self.socketPath = socketPath
        self.timeout = timeout
    }

    /// `path` is percent-encoded.
    public func get(_ path: String) async throws(SocketClientError) -> SocketAnswer {
        try await ask(.GET, path, body: [])
    }

    public func post(_ path: String, body: [UInt8] = []) async throws(SocketClientError) -> SocketAnswer {
        try await ask(.POST, path, body: body)
    }

    private func ask(_ method: HTTPMethod, _ path: String, body: [UInt8]) async throws(SocketClientError) -> SocketAnswer {
        do {
            let group = MultiThreadedEventLoopGroup.singleton
            let answer = group.any().makePromise(of: SocketAnswer.self)
            let deadline = TimeAmount.nanoseconds(timeout.nanosecondsClamped)
            let channel: any Channel
            do {
                channel = try await ClientBootstrap(group: group)
                    .connectTimeout(deadline)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHTTPClientHandlers()
                            try channel.pipeline.syncOperations.addHandlers(
                                NIOHTTPClientResponseAggregator(maxContentLength: SocketClient.answerLimit),
                                AnswerHandler(answer))
                        }
                    }
                    .connect(unixDomainSocketPath: socketPath).get()
            } catch {
                answer.fail(error)
                throw error
            }
            let alarm = channel.eventLoop.scheduleTask(in: deadline) {
                answer.fail(SocketClientError.timeout(timeout))
                channel.close(promise: nil)
            }
            answer.futureResult.whenComplete { _ in
                alarm.cancel()
                channel.close(promise: nil)
            }
            var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
            head.headers.add(name: "host", value: "headroom")
            head.headers.add(name: "connection", value: "close")
            if method == .POST {
                head.headers.add(name: "content-type", value: "application/json")
                head.headers.add(name: "content-length", value: "\(body.count)")
            }
            channel.write(HTTPClientRequestPart.head(head), promise: nil)
            if !body.isEmpty {
                channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
            }
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            return try await answer.futureResult.get()
        } catch {
            throw SocketClientError(error, at: socketPath, within: timeout)
        }
    }
}

/// What the daemon answered, whatever its status.
public struct SocketAnswer: Hashable, Sendable {
    public var status: Int
    public var body: [UInt8]
}

/// Takes the one answer off the connection.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull

    private let answer: EventLoopPromise<SocketAnswer>

    init(_ answer: EventLoopPromise<SocketAnswer>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let response = unwrapInboundIn(data)
        let body = response.body.map { Array($0.readableBytesView) } ?? []
        answer.succeed(SocketAnswer(status: Int(response.head.status.code), body: body))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(ChannelError.eof) }
}
