// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Serves a socket that somebody else listens on, and goes on listening on when this ends. Hummingbird's own server can only
/// bind one itself.
struct HandedServer<Child: ServerChildChannel>: Sendable {
    let descriptor: Int32
    let child: Child
    let logger: Logger
    let onListening: @Sendable (any Channel) async -> Void

    func run() async throws {
        let listening = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(maxConnections: Limits.connections))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .bind(descriptor) { channel in child.setup(channel: channel, logger: logger) }
        let connections = OpenConnections()
        try await withGracefulShutdownHandler {
            await onListening(listening.channel)
            try await listening.executeThenClose { inbound in
                await withDiscardingTaskGroup { group in
                    do {
                        for try await value in inbound {
                            let number = connections.add(value.channel)
                            group.addTask {
                                await child.handle(value: value, logger: logger)
                                connections.remove(number)
                            }
                        }
                    } catch {
                        logger.error("connections are not taken any more: \(error)")
                    }
                }
            }
        } onGracefulShutdown: {
            listening.channel.close(promise: nil)
            connections.end()
        }
    }
}

/// What is to be told that the server ends.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [UInt64: any Channel] = [:]
        var last: UInt64 = 0
        var isEnding = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) -> UInt64 {
        let (number, isEnding) = state.withLock { state in
            state.last += 1
            state.channels[state.last] = channel
            return (state.last, state.isEnding)
        }
        if isEnding { end(channel) }
        return number
    }

    func remove(_ number: UInt64) { state.withLock { _ = $0.channels.removeValue(forKey: number) } }

    func end() {
        let channels = state.withLock { state in
            state.isEnding = true
            return Array(state.channels.values)
        }
        for channel in channels { end(channel) }
    }

    /// After the answer that is under way.
    private func end(_ channel: any Channel) { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
}
