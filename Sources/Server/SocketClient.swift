// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import HTTPClient
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
    public func get(_ path: String) async throws(SocketClientError) -> ClientAnswer {
        try await ask(ClientRequest(.get, path))
    }

    public func post(_ path: String, body: [UInt8] = []) async throws(SocketClientError) -> ClientAnswer {
        try await ask(ClientRequest(.post, path, headers: ["Headroom-Client": "cli"], body: body))
    }

    private func ask(_ request: ClientRequest) async throws(SocketClientError) -> ClientAnswer {
        do throws(ClientError) {
            return try await HTTPClient(socketPath: socketPath).ask(request, within: timeout)
        } catch {
            throw SocketClientError(error, at: socketPath)
        }
    }
}
