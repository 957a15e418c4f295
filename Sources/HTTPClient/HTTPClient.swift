// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import NIOCore
import NIOHTTP1
import NIOPosix
import Units

/// Asks a server over HTTP, on this machine or on the network: one request for each connection. Redirects are answers.
public struct HTTPClient: Sendable {
    /// Where the server listens.
    public enum Place: Sendable {
        case socket(path: String)
        /// `host` is a name or an address, of IPv6 without brackets. Without `security` nothing is encrypted.
        case network(host: String, port: Int, security: ClientSecurity?)
    }

    public let place: Place
    /// Bytes of an answer at most.
    private let answerLimit: Int

    /// A daemon of this machine. Its answer may be a status of a hundred thousand volumes.
    public init(socketPath: String) {
        place = .socket(path: socketPath)
        answerLimit = 128 << 20
    }

    /// A server on the network, whose answer is short.
    public init(host: String, port: Int, security: ClientSecurity?) {
        place = .network(host: host, port: port, security: security)
        answerLimit = 1 << 20
    }

    /// `timeout`: how long all of it may take. What was asked may be done even after that.
    public func ask(_ request: ClientRequest, within timeout: Duration) async throws(ClientError) -> ClientAnswer {
        do { return try await begin(request, within: timeout).get() } catch { throw ClientError(error) }
    }

    /// The same for a thread that may block; never for one of the cooperative pool.
    public func askBlocking(_ request: ClientRequest, within timeout: Duration) throws(ClientError) -> ClientAnswer {
        do { return try begin(request, within: timeout).wait() } catch { throw ClientError(error) }
    }

    private func begin(_ request: ClientRequest, within timeout: Duration) -> EventLoopFuture<ClientAnswer> {
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.any()
        let answer = loop.makePromise(of: ClientAnswer.self)
        let deadline = TimeAmount.nanoseconds(timeout.nanosecondsClamped)
        let alarm = loop.scheduleTask(in: deadline) { answer.fail(ClientError.timeout(timeout)) }
        answer.futureResult.whenComplete { _ in alarm.cancel() }
        let (place, answerLimit) = (place, answerLimit)
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(deadline)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if case .network(let host, _, let security?) = place { try pipeline.addHandler(security.handler(for: host)) }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandlers(
                        NIOHTTPClientResponseAggregator(maxContentLength: answerLimit), AnswerHandler(answer))
                }
            }
        connect(bootstrap).whenComplete { connected in
            switch connected {
            case .failure(let error): answer.fail(error)
            case .success(let channel):
                answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
                if channel.isActive { HTTPClient.send(request, to: place.name, over: channel) }
            }
        }
        return answer.futureResult
    }

    private func connect(_ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        switch place {
        case .socket(let path): bootstrap.connect(unixDomainSocketPath: path)
        case .network(let host, let port, _): bootstrap.connect(host: host, port: port)
        }
    }

    private static func send(_ request: ClientRequest, to name: String, over channel: any Channel) {
        var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue), uri: request.path)
        head.headers.add(name: "host", value: name)
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

extension HTTPClient.Place {
    /// As the server is told whom the request is for.
    fileprivate var name: String {
        switch self {
        case .socket: "headroom"
        case .network(let host, let port, _): (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
        }
    }
}

/// Takes the one answer off the connection.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = NIOHTTPClientResponseFull

    private let answer: EventLoopPromise<ClientAnswer>

    init(_ answer: EventLoopPromise<ClientAnswer>) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let response = unwrapInboundIn(data)
        answer.succeed(
            ClientAnswer(
                status: Int(response.head.status.code), etag: response.head.headers.first(name: "etag"),
                body: response.body.map { Array($0.readableBytesView) } ?? []))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.fail(ChannelError.eof) }
}
