// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Synchronization
import Units

/// Why an answer was not to be had.
struct HearsayFailure: Error, Hashable, Sendable {
    /// `timeout`, `failed`, `unparsable`.
    var kind: String
    var text: String
}

/// What only another program tells, and slowly. It is asked seldom and beside the looks, which go on with what is known: when
/// something is new, and after a long time.
final class Hearsay<Key: Hashable & Sendable, Value: Hashable & Sendable>: Sendable {
    struct Pace {
        var deadline: Duration
        /// For who waits.
        var waiting: Duration
        /// Between two questions where nothing is new.
        var interval: Duration
        /// After a failure.
        var patience: Duration
        /// Of all time at most one part in so many goes into asking.
        var share = 10
    }

    private struct State {
        var answers: [Key: Value] = [:]
        /// What the last answer was about, whether it told of it or not.
        var covered: Set<Key> = []
        var isAsking = false
        /// What is new is asked about from here on, and what is old from there on.
        var newFrom = MonotonicTime.zero
        var oldFrom = MonotonicTime.zero
        var failures: [HearsayFailure] = []
    }

    private let inquiry: Inquiry<Int>
    private let pace: Pace
    private let now: @Sendable () -> MonotonicTime
    private let body: @Sendable () -> Result<[Key: Value], HearsayFailure>
    private let state = Mutex(State())
    private let listener = Mutex<(@Sendable () -> Void)?>(nil)

    /// `name` is the thread's. `body` blocks; what it tells takes the place of what was known.
    init(
        name: String, pace: Pace, now: @escaping @Sendable () -> MonotonicTime = LinuxClock.now,
        asking body: @escaping @Sendable () -> Result<[Key: Value], HearsayFailure>
    ) {
        inquiry = Inquiry(BlockingPool(name: name, limits: LinuxLimits.looking), deadline: pace.deadline)
        self.pace = pace
        self.now = now
        self.body = body
    }

    /// What is called when an answer was another than the one before; nobody, when nil.
    func onNews(_ listener: (@Sendable () -> Void)?) { self.listener.withLock { $0 = listener } }

    /// What is known, at once. Begins to ask, if something among `keys` is new or all of it old.
    func known(for keys: some Sequence<Key>) -> [Key: Value] {
        let keys = Set(keys)
        guard !keys.isEmpty else { return [:] }
        let (answers, isDue) = state.withLock { state in
            let isNew = !keys.isSubset(of: state.covered)
            let isDue = !state.isAsking && now() >= (isNew ? state.newFrom : state.oldFrom)
            if isDue { state.isAsking = true }
            return (state.answers, isDue)
        }
        if isDue { Task { await ask(about: keys) } }
        return answers
    }

    /// The same, but waits for the answer, though not long.
    func heard(for keys: some Sequence<Key>) async -> [Key: Value] {
        let keys = Set(keys)
        guard !keys.isEmpty else { return [:] }
        let isNew = state.withLock { !$0.isAsking && !keys.isSubset(of: $0.covered) }
        if isNew { await ask(about: keys, within: pace.waiting) }
        return state.withLock { $0.answers }
    }

    /// What went wrong since this was asked last.
    func failures() -> [HearsayFailure] {
        state.withLock { state in
            defer { state.failures = [] }
            return state.failures
        }
    }

    private func ask(about keys: Set<Key>, within deadline: Duration? = nil) async {
        let deadline = deadline ?? pace.deadline
        let began = now()
        let body = body
        let result: Result<[Key: Value], HearsayFailure>
        switch await inquiry.ask(0, within: deadline, { _ in body() }) {
        case .value(let value): result = value
        case .stuck, .exhausted:
            result = .failure(HearsayFailure(kind: "timeout", text: "there was no answer within \(deadline.text)"))
        }
        let isNews = state.withLock { state in
            let ended = now()
            state.isAsking = false
            state.oldFrom = ended.advanced(by: pace.interval)
            switch result {
            case .success(let answers):
                defer { state.answers = answers }
                state.covered = keys.union(answers.keys)
                state.newFrom = ended.advanced(by: ended.since(began) * pace.share)
                return answers != state.answers
            case .failure(let failure):
                state.failures = [failure]
                state.newFrom = ended.advanced(by: pace.patience)
                return false
            }
        }
        if isNews { listener.withLock { $0 }?() }
    }
}
