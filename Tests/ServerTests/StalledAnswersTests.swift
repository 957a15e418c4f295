// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import NIOCore
import NIOEmbedded
import Testing

@testable import Server

/// The other end of an embedded channel takes what was written when it is flushed.
struct StalledAnswersTests {
    private static func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: StalledAnswers(patience: .seconds(30)))
        try channel.connect(to: SocketAddress(unixDomainSocketPath: "/x")).wait()
        return channel
    }

    private static let part = ByteBuffer(string: "a part of an answer")

    @Test func `a connection is closed when nothing of an answer is taken for too long`() throws {
        let channel = try Self.channel()
        channel.write(Self.part, promise: nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `one that takes a part now and then, or has nothing to take, stays`() throws {
        let channel = try Self.channel()
        for _ in 0..<10 {
            channel.write(Self.part, promise: nil)
            channel.embeddedEventLoop.advanceTime(by: .seconds(29))
            channel.flush()
        }
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        _ = try channel.finish()
    }
}
