// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Something that listens on a Unix socket and on the network, notes what it hears, says one thing to whoever has asked, and
/// hangs up; or says nothing at all, and does not.
final class OneAnswer: Sendable {
    let path: String
    /// Of 127.0.0.1, where connections are secured if there is an identity.
    let port: Int
    private let folder: String
    private let words = Words()
    private let channels = Mutex<[any Channel]>([])

    var heard: String { words.text.withLock { $0 } }

    init(_ answer: String?, identity: Identity? = nil) async throws {
        var template = Array("/tmp/headroom-http.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw IOError(errnoCode: errno, reason: "mkdtemp") }
        folder = String(cString: made)
        path = folder + "/s"
        let words = words
        let hears: @Sendable (String) -> Void = { text in words.text.withLock { $0 += text } }
        let local = try await OneAnswer.bootstrap(answer, nil, hears).bind(unixDomainSocketPath: path).get()
        let context = try identity.map { try NIOSSLContext(configuration: $0.configuration) }
        let network = try await OneAnswer.bootstrap(answer, context, hears).bind(host: "127.0.0.1", port: 0).get()
        port = network.localAddress?.port ?? 0
        channels.withLock { $0 = [local, network] }
    }

    private static func bootstrap(
        _ answer: String?, _ context: NIOSSLContext?, _ hears: @escaping @Sendable (String) -> Void
    ) -> ServerBootstrap {
        ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let pipeline = child.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.addHandler(Conversation(answer, hears: hears))
                }
            }
    }

    func close() async throws {
        for channel in channels.withLock({ $0 }) { try await channel.close() }
        unlink(path)
        rmdir(folder)
    }
}

extension Identity {
    fileprivate var configuration: TLSConfiguration {
        get throws {
            .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
        }
    }
}

private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String?
    private let hears: (String) -> Void

    init(_ answer: String?, hears: @escaping (String) -> Void) {
        self.answer = answer
        self.hears = hears
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hears(String(buffer: unwrapInboundIn(data)))
        guard let answer else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        context.close(mode: .output, promise: nil)
    }
}

private final class Words: Sendable { let text = Mutex("") }
