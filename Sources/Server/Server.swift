// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import Exposition
import Hummingbird
public import Logging
public import ServiceLifecycle

/// What the daemon tells the world: metrics, pages and the API, over the network and over a Unix socket.
///
/// Over the network anybody may read and nobody may change, unless the access control says otherwise. The socket answers root
/// (and the daemon's own user) only.
public struct Server: Sendable {
    /// One for each place that is listened on. Each ends with a ``ServerError`` when it cannot listen.
    public let services: [any Service]
    /// Takes over what changes in the files of access control.
    public let watch: any Service

    /// - Parameters:
    ///   - addresses: where on the network to listen; none is allowed.
    ///   - handed: descriptors of sockets that take TCP connections already. They belong to the server from then on.
    ///   - socketPath: where the Unix socket goes. Its folder is made, for its owner alone, if it is missing.
    ///   - access: who may ask for what over the network.
    ///   - telemetryPath: where the metrics are: begins with a slash, and is not one that has another use.
    ///   - notifications: what became of telling Alertmanagers, if any are to be told.
    ///   - onListening: called once for each place, when requests are taken there.
    public init(
        daemon: any Daemon, addresses: [ListenAddress] = [.standard], handed: [Int32] = [], socketPath: String?,
        access control: AccessControl,
        telemetryPath: String = "/metrics", logger: Logger,
        notifications: @escaping @Sendable () -> NotificationFigures? = { nil },
        onListening: @escaping @Sendable (Listening) async -> Void = { _ in }
    ) throws(ServerError) {
        guard Server.isTelemetryPath(telemetryPath) else { throw .telemetryPath(telemetryPath) }
        let scrapes = Scrapes()
        let access = Access(control: control)
        func listener(_ place: Listener.Place, _ door: Door) -> Listener {
            let responder = Responder(
                daemon: daemon, door: door, telemetryPath: telemetryPath, scrapes: scrapes, access: access,
                notifications: notifications)
            return Listener(place: place, responder: responder, control: control, logger: logger, onListening: onListening)
        }
        var services: [any Service] = addresses.map { listener(.network($0), .network) }
        services += handed.map { listener(.handed($0), .network) }
        watch = AccessWatch(control: control)
        if let socketPath { services.append(listener(.socket(socketPath), .socket)) }
        self.services = services
    }

    private static func isTelemetryPath(_ path: String) -> Bool {
        guard path.hasPrefix("/"), path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3F && $0 != 0x23 }) else {
            return false
        }
        return Route(path: path, telemetryPath: "") == nil && String(percentEncoded: path) == path
    }
}

/// A place that requests are taken at.
public enum Listening: Hashable, Sendable {
    /// With the port that the kernel gave, where any was asked for.
    case network(ListenAddress)
    case socket(path: String)
}
