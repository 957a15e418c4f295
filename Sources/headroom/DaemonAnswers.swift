// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Server

/// The running daemon, asked over its socket.
struct DaemonAnswers: Answers {
    private let client: SocketClient
    /// A growth of hundreds of gigabytes of ext4 takes minutes.
    private let growing: SocketClient

    init(socketPath: String) {
        client = SocketClient(socketPath: socketPath)
        growing = SocketClient(socketPath: socketPath, timeout: .seconds(900))
    }

    func status() async throws(CommandError) -> StatusDocument {
        do throws(SocketClientError) { return try await client.status() } catch { throw CommandError(error) }
    }

    func explain(_ volume: String) async throws(CommandError) -> ExplainDocument {
        do throws(SocketClientError) { return try await client.explain(volume) } catch { throw CommandError(error) }
    }

    func grow(_ request: GrowRequest) async throws(CommandError) -> GrowDocument {
        do throws(SocketClientError) { return try await growing.grow(request) } catch { throw CommandError(error) }
    }

    func overrides() async throws(CommandError) -> [OverrideDocument] {
        do throws(SocketClientError) { return try await client.overrides() } catch { throw CommandError(error) }
    }

    func override(_ request: OverrideRequest) async throws(CommandError) -> OverrideChangeDocument {
        do throws(SocketClientError) { return try await client.override(request) } catch { throw CommandError(error) }
    }

    func lift(_ request: LiftRequest) async throws(CommandError) -> OverrideChangeDocument {
        do throws(SocketClientError) { return try await client.lift(request) } catch { throw CommandError(error) }
    }
}

extension CommandError {
    init(_ error: SocketClientError) {
        if case .refused(_, let document) = error {
            self.init(document.error, hint: document.hint)
        } else {
            self.init(error.description)
        }
    }
}
