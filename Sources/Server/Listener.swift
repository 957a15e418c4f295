// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle

/// One address, or the Unix socket, that is listened on.
struct Listener: Service {
    let place: Place
    let responder: Responder
    let control: AccessControl
    let logger: Logger
    let onListening: @Sendable (Listening) async -> Void

    enum Place: Sendable {
        case network(ListenAddress)
        case socket(String)
        /// The descriptor of a socket that takes TCP connections already.
        case handed(Int32)
    }

    func run() async throws {
        let address: BindAddress
        switch place {
        case .network(let listen): address = .hostname(listen.host ?? Listener.everywhere, port: Int(listen.port))
        case .socket(let path):
            try SocketFolder.prepare(for: path)
            address = .unixDomainSocket(path: path)
        case .handed(let descriptor): return try await serve(descriptor)
        }
        let application = Application(
            responder: responder, server: server,
            configuration: ApplicationConfiguration(
                address: address, availableConnectionsDelegate: .maximum(Limits.connections, logger: logger)),
            onServerRunning: { channel in await onListening(listening(channel)) }, logger: logger)
        do {
            try await application.run()
        } catch let error as IOError {
            throw explained(error)
        } catch let error as SocketAddressError {
            throw ServerError.cannotListen(name, reason: "\(error)")
        }
    }

    private func serve(_ descriptor: Int32) async throws {
        let responder = responder
        let plain = HTTP1Channel(
            responder: { request, writer, channel in
                let source = ApplicationRequestContextSource(channel: channel, logger: logger)
                var response = try await responder.respond(to: request, context: Responder.Context(source: source))
                response.headers[.date] = HTTPDate.text()
                try await writer.write(response: response.head, body: response.body)
            }, configuration: configuration)
        let onListening: @Sendable (any Channel) async -> Void = { channel in await self.onListening(listening(channel)) }
        if control.isSecured {
            let child = SecureChannel(base: plain, control: control)
            try await HandedServer(descriptor: descriptor, child: child, logger: logger, onListening: onListening).run()
        } else {
            try await HandedServer(descriptor: descriptor, child: plain, logger: logger, onListening: onListening).run()
        }
    }

    private var configuration: HTTP1Channel.Configuration {
        HTTP1Channel.Configuration(
            additionalChannelHandlers: [StalledAnswers()], idleTimeout: Limits.idle,
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Limits.headerBytes, maxHeaderListSize: Limits.headerBytes,
                maxHeaderFieldCount: Limits.headerFields))
    }

    private var server: HTTPServerBuilder {
        let configuration = configuration
        guard case .network = place, control.isSecured else { return .http1(configuration: configuration) }
        return HTTPServerBuilder { responder in
            SecureChannel(base: HTTP1Channel(responder: responder, configuration: configuration), control: control)
        }
    }

    private var name: String {
        switch place {
        case .network(let address): address.description
        case .socket(let path): path
        case .handed(let descriptor): "descriptor \(descriptor)"
        }
    }

    private func listening(_ channel: any Channel) -> Listening {
        switch place {
        case .socket(let path): return .socket(path: path)
        case .network(var address):
            if let port = channel.localAddress?.port { address.port = UInt16(port) }
            return .network(address)
        case .handed:
            let address = channel.localAddress
            return .network(ListenAddress(host: address?.ipAddress, port: UInt16(address?.port ?? 0)))
        }
    }

    private func explained(_ error: IOError) -> any Error {
        switch error.errnoCode {
        case EADDRINUSE: ServerError.addressInUse(name)
        case EADDRNOTAVAIL: ServerError.addressNotHere(name)
        default: ServerError.cannotListen(name, reason: String(cString: strerror(error.errnoCode)))
        }
    }

    /// All addresses: those of IPv6, which take IPv4 in too, unless this kernel has no IPv6.
    private static var everywhere: String {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return "0.0.0.0" }
        close(descriptor)
        return "::"
    }
}
