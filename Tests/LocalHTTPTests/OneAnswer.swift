// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Something that listens on a Unix socket, notes what it hears, says one thing to whoever has asked, and hangs up; or
/// says nothing at all, and does not.
final class OneAnswer: Sendable {
    let path: String
    private let folder: String
    private let words = Mutex("")
    private let channel = Mutex<(any Channel)?>(nil)

    var heard: String { words.withLock { $0 } }

    init(_ answer: String?) async throws {
        var template = Array("/tmp/headroom-http.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw IOError(errnoCode: errno, reason: "mkdtemp") }
        folder = String(cString: made)
        path = folder + "/s"
        let listening = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { [self] child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(
                        Conversation(answer) { text in self.words.withLock { $0 += text } })
                }
            }
            .bind(unixDomainSocketPath: path).get()
        channel.withLock { $0 = listening }
    }

    func close() async throws {
        try await channel.withLock { $0 }?.close()
        unlink(path)
        rmdir(folder)
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
