// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import NIOCore
import NIOHTTP1
import NIOPosix
import Units

/// A daemon on this machine that speaks HTTP over a Unix socket: one request for each connection.
public struct LocalHTTP: Sendable {
    public let socketPath: String

    /// Bytes of an answer at most: a status of a hundred thousand volumes.
    static let answerLimit = 128 << 20

    public init(socketPath: String) { self.socketPath = socketPath }

    /// `timeout`: how long all of it may take. What was asked may be done even after that.
    public func ask(_ request: LocalRequest, within timeout: Duration) async throws(LocalHTTPError) -> LocalAnswer {
        do { return try await begin(request, within: timeout).get() } catch { throw LocalHTTPError(error) }
    }

    /// The same for a thread that may block; never for one of the cooperative pool.
    public func askBlocking(_ request: LocalRequest, within timeout: Duration) throws(LocalHTTPError) -> LocalAnswer {
        do { return try begin(request, within: timeout).wait() } catch { throw LocalHTTPError(error) }
    }

    private func begin(_ request: LocalRequest, within timeout: Duration) -> EventLoopFuture<LocalAnswer> {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.any()
        let answer = loop.makePromise(of: LocalAnswer.self)
        let deadline = TimeAmount.nanoseconds(timeout.nanosecondsClamped)
        let alarm = loop.scheduleTask(in: deadline) { answer.fail(LocalHTTPError.timeout(timeout)) }
        answer.futureResult.whenComplete { _ in alarm.cancel() }
        ClientBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOHTTPClientResponseAggregator(maxContentLength: LocalHTTP.answerLimit), AnswerHandler(answer))
                }
            }
            .connect(unixDomainSocketPath: socketPath)
            .whenComplete { connected in
                switch connected {
                case .failure(let error): answer.fail(error)
                case .success(let channel):
                    answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
                    LocalHTTP.send(request, over: channel)
                }
            }
        return answer.futureResult
    }

    private static func send(_ request: LocalRequest, over channel: any Channel) {
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: request.path)
        head.headers.add(name: "host", value: "headroom")
        head.headers.add(name: "connection", value: "close")
        for (name, value) in request.headers { head.headers.replaceOrAdd(name: name, value: value) }
        if let body = request.body {
            head.headers.add(name: "content-type", value: "application/json")
            head.headers.add(name: "content-length", value: "\(body.count)")
        }
        channel.write(HTTPClientRequestPart.head(head), promise: nil)
        if let body = request.body, !body.isEmpty {
            channel.write(HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: body))), promise: nil)
        }
        channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
    }
}

/// Takes the one answer off the connection.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull

    private let answer: EventLoopPromise<LocalAnswer>

    init(_ answer: EventLoopPromise<LocalAnswer>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let response = unwrapInboundIn(data)
        answer.succeed(
            LocalAnswer(
                status: Int(response.head.status.code), etag: response.head.headers.first(name: "etag"),
                body: response.body.map { Array($0.readableBytesView) } ?? []))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(ChannelError.eof) }
}
