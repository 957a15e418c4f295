// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Server

/// Whoever answers a command: the running daemon, or this process, which then looks at the host itself.
protocol Answers {
    func status() async throws(CommandError) -> StatusDocument
    func explain(_ volume: String) async throws(CommandError) -> ExplainDocument
    func grow(_ request: GrowRequest) async throws(CommandError) -> GrowDocument
    func overrides() async throws(CommandError) -> [OverrideDocument]
    func override(_ request: OverrideRequest) async throws(CommandError) -> OverrideChangeDocument
    func lift(_ request: LiftRequest) async throws(CommandError) -> OverrideChangeDocument
}

/// Asks the daemon, and where none listens this process. `changing`: the answer may change the host.
func ask<Answer>(
    socketPath: String, files: FileOptions, changing: Bool, _ question: (any Answers) async throws(CommandError) -> Answer
) async throws(CommandError) -> Answer {
    if SocketFile(path: socketPath).hasListener { return try await question(DaemonAnswers(socketPath: socketPath)) }
    return try await question(try await DirectAnswers(files: files, changing: changing))
}
