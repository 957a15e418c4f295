// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import HTTPClient
import Synchronization

@testable import Owners

/// Answers as LXD did, or as a test says; notes what it was asked. A test asks from one thread at a time.
final class LXDDouble: Sendable {
    private struct State {
        var answers = [
            "/1.0": LXDFixtures.server, "/1.0/storage-pools?recursion=1": LXDFixtures.pools,
            "/1.0/instances?recursion=1&all-projects=true": LXDFixtures.instances,
        ]
        var silence: ClientError?
        /// By method and path; they are taken in turn.
        var inTurn: [ClientAnswer] = []
        var asked: [ClientRequest] = []
    }

    private let state = Mutex(State())

    var answers: [String: String] {
        get { state.withLock { $0.answers } }
        set { state.withLock { $0.answers = newValue } }
    }

    /// Nil: it answers.
    var silence: ClientError? {
        get { state.withLock { $0.silence } }
        set { state.withLock { $0.silence = newValue } }
    }

    /// What it answers first, whatever it is asked.
    var inTurn: [ClientAnswer] {
        get { state.withLock { $0.inTurn } }
        set { state.withLock { $0.inTurn = newValue } }
    }

    var asked: [ClientRequest] { state.withLock { $0.asked } }

    var ask: LXDAsking {
        { [self] _, request, _ throws(ClientError) in
            let answer: Result<ClientAnswer, ClientError> = state.withLock { state in
                state.asked.append(request)
                if let silence = state.silence { return .failure(silence) }
                if !state.inTurn.isEmpty { return .success(state.inTurn.removeFirst()) }
                guard let text = state.answers[request.path] else {
                    return .success(ClientAnswer(status: 404, body: Array(#"{"type":"error","error":"not found"}"#.utf8)))
                }
                return .success(ClientAnswer(status: 200, etag: "\"e1\"", body: Array(text.utf8)))
            }
            return try answer.get()
        }
    }
}
