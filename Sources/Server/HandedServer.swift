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
        let connections = OpenConnections()
        let listening = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AvailableConnectionsChannelHandler(maxConnections: Limits.connections))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [child, logger] channel in
                // Each that was accepted is handled, also one that came as the server ends.
                child.setup(channel: channel, logger: logger).map { value in
                    let number = connections.add(channel)
                    Task {
                        await child.handle(value: value, logger: logger)
                        connections.remove(number)
                    }
                }
            }
            .withBoundSocket(descriptor).get()
        try await withGracefulShutdownHandler {
            await onListening(listening)
            try await listening.closeFuture.get()
        } onGracefulShutdown: {
            listening.close(promise: nil)
            connections.end()
        }
        await connections.allGone()
    }
}

/// What is to be told that the server ends, and waited for.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [UInt64: any Channel] = [:]
        var last: UInt64 = 0
        var isEnding = false
        var waiter: CheckedContinuation<Void, Never>?
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

    func remove(_ number: UInt64) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.channels[number] = nil
            guard state.channels.isEmpty else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    func allGone() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.channels.isEmpty { state.waiter = continuation }
                return state.channels.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }

    func end() {
        let channels = state.withLock { state in
            state.isEnding = true
            return Array(state.channels.values)
        }
        for channel in channels { end(channel) }
    }

    /// After the answer that is under way. Who has just been let in sends his request first: the next process will not see it.
    private func end(_ channel: any Channel) {
        channel.eventLoop.scheduleTask(in: Limits.firstRequest) {
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        }
    }
}
