// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import NIOCore
import NIOPosix
import Testing

/// Sends bytes as they are over TCP, and takes what comes back until the server closes.
enum RawClient {
    /// - Parameter meanwhile: what happens between connecting and sending.
    static func send(_ text: String, port: Int, meanwhile: () async throws -> Void = {}) async throws -> String {
        try await send(text) { bootstrap in
            let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
            try await meanwhile()
            return channel
        }
    }

    /// The same over a Unix socket: one POST and its answer.
    static func post(_ path: String, body: String, headers: String, socketPath: String) async throws -> RawAnswer {
        let text =
            "POST \(path) HTTP/1.1\r\nHost: a\r\n\(headers)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)"
        let answers = RawAnswer.parse(
            try await send(text) { try await $0.connect(unixDomainSocketPath: socketPath).get() })
        try #require(answers.count == 1, "\(answers)")
        return answers[0]
    }

    private static func send(
        _ text: String, through connect: (ClientBootstrap) async throws -> any Channel
    ) async throws -> String {
        let group = MultiThreadedEventLoopGroup.singleton
        let answer = group.any().makePromise(of: String.self)
        let channel: any Channel
        do {
            channel = try await connect(
                ClientBootstrap(group: group)
                    .channelInitializer { channel in
                        channel.eventLoop.makeCompletedFuture {
                            try channel.pipeline.syncOperations.addHandler(Collector(answer))
                        }
                    })
        } catch {
            answer.fail(error)
            throw error
        }
        let alarm = channel.eventLoop.scheduleTask(in: .seconds(20)) { channel.close(promise: nil) }
        try await channel.writeAndFlush(ByteBuffer(string: text))
        let text = try await answer.futureResult.get()
        alarm.cancel()
        return text
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let answer: EventLoopPromise<String>
        private var received = ByteBuffer()

        init(_ answer: EventLoopPromise<String>) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var part = unwrapInboundIn(data)
            received.writeBuffer(&part)
        }

        func channelInactive(context: ChannelHandlerContext) { answer.succeed(String(buffer: received)) }
    }
}

struct RawAnswer {
    var status: Int
    /// By lowercase name.
    var headers: [String: String]
    var body: String

    /// Reads answers that follow each other, each with a Content-Length. One without has the rest as its body.
    static func parse(_ text: String, isHead: Bool = false) -> [RawAnswer] {
        var answers: [RawAnswer] = []
        var rest = Array(text.utf8)[...]
        while let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) {
            let lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                guard let colon = line.firstIndex(of: ":") else { continue }
                headers[line[..<colon].lowercased()] = line[colon...].dropFirst().drop { $0 == " " }.description
            }
            rest = rest[end.upperBound...]
            let length = isHead ? 0 : headers["content-length"].flatMap(Int.init) ?? rest.count
            let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            answers.append(
                RawAnswer(status: status, headers: headers, body: String(decoding: rest.prefix(length), as: UTF8.self)))
            rest = rest.dropFirst(length)
        }
        return answers
    }
}
