// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Synchronization

/// Counts requests over the network.
final class RequestCounts: Sendable {
    private struct State {
        var answered: [Int: UInt64] = [:]
        var inFlight: UInt64 = 0
    }

    private let state = Mutex(State())

    /// Answered since the start, by the code of the answer, and being answered now.
    var counts: (answered: [Int: UInt64], inFlight: UInt64) { state.withLock { ($0.answered, $0.inFlight) } }

    func begin() { state.withLock { $0.inFlight += 1 } }

    func end(with code: Int) {
        state.withLock { state in
            state.inFlight -= 1
            state.answered[code, default: 0] += 1
        }
    }
}
