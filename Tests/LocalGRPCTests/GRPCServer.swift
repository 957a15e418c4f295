// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix
import Synchronization

/// A gRPC server by somebody else's HTTP/2, on a Unix socket. Notes what it is asked, and answers as it is told.
final class GRPCServer: Sendable {
    struct Request: Hashable, Sendable {
        var path: String
        var namespace: String?
        var message: [UInt8]
    }

    enum Answer: Sendable {
        case message([UInt8])
        case error
        case silence
        case reset
        /// These bytes as data, whatever they are.
        case raw([UInt8])
    }

    let path: String
    private let folder: String
    private let requests = Mutex<[Request]>([])
    private let answering: @Sendable (Request) -> Answer
    private let listening = Mutex<(any Channel)?>(nil)

    var heard: [Request] { requests.withLock { $0 } }

    init(answering: @escaping @Sendable (Request) -> Answer) async throws {
        var template = Array("/tmp/headroom-grpc.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw IOError(errnoCode: errno, reason: "mkdtemp") }
        folder = String(cString: made)
        path = folder + "/s"
        self.answering = answering
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [self] child in
                child.eventLoop.makeCompletedFuture {
                    _ = try child.pipeline.syncOperations.configureHTTP2Pipeline(
                        mode: .server, connectionConfiguration: .init(), streamConfiguration: .init()
                    ) { stream in
                        stream.eventLoop.makeCompletedFuture {
                            try stream.pipeline.syncOperations.addHandler(
                                Call { request in
                                    self.requests.withLock { $0.append(request) }
                                    return self.answering(request)
                                })
                        }
                    }
                }
            }
            .bind(unixDomainSocketPath: path).get()
        listening.withLock { $0 = channel }
    }

    func close() async throws {
        try await listening.withLock { $0 }?.close()
        unlink(path)
        rmdir(folder)
    }
}

private final class Call: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private var headers = HPACKHeaders()
    private var body: [UInt8] = []
    private let answering: (GRPCServer.Request) -> GRPCServer.Answer

    init(_ answering: @escaping (GRPCServer.Request) -> GRPCServer.Answer) { self.answering = answering }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let frame): headers = frame.headers
        case .data(let frame):
            if case .byteBuffer(let bytes) = frame.data { body += bytes.readableBytesView }
            if frame.endStream { answer(context) }
        default: break
        }
    }

    private func answer(_ context: ChannelHandlerContext) {
        let request = GRPCServer.Request(
            path: headers.first(name: ":path") ?? "", namespace: headers.first(name: "containerd-namespace"),
            message: Array(body.dropFirst(5)))
        let head: HPACKHeaders = [":status": "200", "content-type": "application/grpc"]
        switch answering(request) {
        case .silence: return
        case .reset: write(.rstStream(.cancel), context)
        case .error:
            write(.headers(.init(headers: head)), context)
            write(.headers(.init(headers: ["grpc-status": "5", "grpc-message": "not found"], endStream: true)), context)
        case .message(let message):
            let length = UInt32(message.count)
            write(.headers(.init(headers: head)), context)
            write(data: [0] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message, context)
            write(.headers(.init(headers: ["grpc-status": "0", "grpc-message": ""], endStream: true)), context)
        case .raw(let bytes):
            write(.headers(.init(headers: head)), context)
            write(data: bytes, context)
            write(.headers(.init(headers: ["grpc-status": "0"], endStream: true)), context)
        }
        context.flush()
    }

    private func write(data bytes: [UInt8], _ context: ChannelHandlerContext) {
        write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)))), context)
    }

    private func write(_ payload: HTTP2Frame.FramePayload, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(payload), promise: nil)
    }
}
