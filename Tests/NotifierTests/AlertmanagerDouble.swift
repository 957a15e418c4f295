// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import NIOCore
import NIOPosix
import Synchronization

/// Listens where an Alertmanager would, takes posts down, and answers each with what is next: the last answer again and again.
final class AlertmanagerDouble: Sendable {
    enum Answer: Sendable {
        case status(Int, String = "")
        case garbage, hangsUp, silence
    }

    struct Post: Sendable {
        var head: [String]
        var alerts: [Alert]
    }

    struct Alert: Decodable, Sendable {
        var labels: [String: String]
        var annotations: [String: String]
        var generatorURL: String?
    }

    private struct State {
        var answers: [Answer]
        var posts: [Post] = []
    }

    private final class Notes: Sendable {
        let state: Mutex<State>

        init(_ answers: [Answer]) { state = Mutex(State(answers: answers)) }

        func take(_ post: Post) -> Answer {
            state.withLock { state in
                state.posts.append(post)
                return state.answers.count > 1 ? state.answers.removeFirst() : state.answers[0]
            }
        }
    }

    let port: Int
    private let notes: Notes
    private let channel: any Channel

    var posts: [Post] { notes.state.withLock { $0.posts } }

    init(_ answers: Answer..., port: Int = 0) async throws {
        let notes = Notes(answers)
        self.notes = notes
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Conversation { notes.take($0) })
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        self.port = channel.localAddress?.port ?? 0
    }

    func close() async throws { try await channel.close() }
}

/// One request, read by hand.
private final class Conversation: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var heard: [UInt8] = []
    private let answers: (AlertmanagerDouble.Post) -> AlertmanagerDouble.Answer

    init(_ answers: @escaping (AlertmanagerDouble.Post) -> AlertmanagerDouble.Answer) { self.answers = answers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        heard += unwrapInboundIn(data).readableBytesView
        let gap = Array("\r\n\r\n".utf8)
        guard let end = (0..<max(heard.count - 3, 0)).first(where: { heard[$0...].starts(with: gap) }) else { return }
        let head = String(decoding: heard[..<end], as: UTF8.self).split(separator: "\r\n").map(String.init)
        let length = head.compactMap { $0.lowercased().hasPrefix("content-length: ") ? Int($0.dropFirst(16)) : nil }.first ?? 0
        let body = Data(heard[(end + gap.count)...])
        guard body.count >= length else { return }
        let alerts = (try? JSONDecoder().decode([AlertmanagerDouble.Alert].self, from: body)) ?? []
        switch answers(AlertmanagerDouble.Post(head: head, alerts: alerts)) {
        case .status(let status, let text):
            say("HTTP/1.1 \(status) X\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)", context)
        case .garbage: say("what?\r\n\r\n", context)
        case .hangsUp: context.close(promise: nil)
        case .silence: break
        }
    }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        context.close(mode: .output, promise: nil)
    }
}
