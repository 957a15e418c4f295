// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import NIOCore

/// Closes a connection whose other end takes nothing of its answers for too long: it would hold one of the few that there are for
/// ever, and keep the daemon from ending in order.
final class StalledAnswers: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = Any

    private let patience: TimeAmount
    /// Parts of answers that the other end has not taken yet.
    private var waiting = 0
    private var alarm: Scheduled<Void>?

    init(patience: TimeAmount = Limits.stalled) { self.patience = patience }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        waiting += 1
        let channel = context.channel
        setAlarm(on: channel)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.waiting -= 1
            self.alarm?.cancel()
            self.alarm = nil
            if self.waiting > 0 { self.setAlarm(on: channel) }
        }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) { alarm?.cancel() }

    private func setAlarm(on channel: any Channel) {
        guard alarm == nil else { return }
        alarm = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
}
