// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// HTTP over connections that are secured as the files say it when each is made.
struct SecureChannel: ServerChildChannel {
    let base: HTTP1Channel
    let control: AccessControl

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        guard let tls = control.rules.tls else { return base.setup(channel: channel, logger: logger) }
        return channel.eventLoop.makeCompletedFuture {
            let secure: NIOSSLServerHandler
            if tls.takesAnyCertificate {
                secure = NIOSSLServerHandler(
                    context: tls.context, customVerificationCallback: { _, promise in promise.succeed(.certificateVerified) })
            } else {
                secure = NIOSSLServerHandler(context: tls.context)
            }
            let handshake = Handshake(secure, allowed: tls.allowedClientNames, rejections: control.rejections)
            try channel.pipeline.syncOperations.addHandlers([secure, handshake])
        }.flatMap { base.setup(channel: channel, logger: logger) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// Closes connections whose handshake takes too long, or whose client has a certificate for another name.
private final class Handshake: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let secure: NIOSSLServerHandler
    private let allowed: Set<String>?
    private let rejections: Rejections
    private var alarm: Scheduled<Void>?
    private var isDone = false

    init(_ secure: NIOSSLServerHandler, allowed: Set<String>?, rejections: Rejections) {
        self.secure = secure
        self.allowed = allowed
        self.rejections = rejections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        alarm = context.eventLoop.scheduleTask(in: Limits.handshake) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            if let allowed, let certificate = secure.peerCertificate, allowed.isDisjoint(with: certificate.names) {
                context.close(promise: nil)
                return
            }
            isDone = true
            alarm?.cancel()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.cancel()
        if !isDone { rejections.countFailedHandshake() }
        context.fireChannelInactive()
    }
}

extension NIOSSLCertificate {
    /// All that it is made out to, as text: DNS names, mail addresses, IP addresses and URIs.
    fileprivate var names: [String] {
        _subjectAlternativeNames().compactMap { name in
            let bytes = Array(name.contents)
            switch name.nameType {
            case .dnsName, .email, .uri: return String(validating: bytes, as: UTF8.self)
            case .ipAddress: return (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0))?.ipAddress
            default: return nil
            }
        }
    }
}
