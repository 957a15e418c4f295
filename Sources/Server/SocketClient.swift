// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import LocalHTTP
import Units

/// Asks the daemon over its Unix socket: one request for each connection.
public struct SocketClient: Sendable {
    public let socketPath: String
    /// How long an answer may take, all in all.
    public var timeout: Duration

    public init(socketPath: String, timeout: Duration = .seconds(10)) {
        self.socketPath = socketPath
        self.timeout = timeout
    }

    /// `path` is percent-encoded.
    public func get(_ path: String) async throws(SocketClientError) -> LocalAnswer {
        try await ask(LocalRequest(.get, path))
    }

    public func post(_ path: String, body: [UInt8] = []) async throws(SocketClientError) -> LocalAnswer {
        try await ask(LocalRequest(.post, path, headers: ["Headroom-Client": "cli"], body: body))
    }

    private func ask(_ request: LocalRequest) async throws(SocketClientError) -> LocalAnswer {
        do throws(LocalHTTPError) {
            return try await LocalHTTP(socketPath: socketPath).ask(request, within: timeout)
        } catch {
            throw SocketClientError(error, at: socketPath)
        }
    }
}
