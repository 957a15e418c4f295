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
final class Hearsay<Key: Hashable & Sendable, Answer: Hashable & Sendable>: Sendable {
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

    struct Known {
        var answer: Answer
        /// What an answer was about, whether it told of it or not.
        fileprivate(set) var covered: Set<Key> = []
    }

    /// What came of asking: the whole of the new answer, or as much as there is beside a failure.
    struct Heard {
        var answer: Answer
        var failures: [HearsayFailure] = []
    }

    private struct State {
        var known: Known
        var isAsking = false
        /// What is new is asked about from here on, and what is old from there on.
        var newFrom = MonotonicTime.zero
        var oldFrom = MonotonicTime.zero
        var failures: [HearsayFailure] = []
    }

    private let inquiry: Inquiry<Int>
    private let pace: Pace
    private let now: @Sendable () -> MonotonicTime
    private let body: @Sendable (Answer) -> Heard
    private let state: Mutex<State>
    private let listener = Mutex<(@Sendable () -> Void)?>(nil)

    /// What is remembered as asked about at most; beyond it all is asked about anew.
    private static var mostCovered: Int { 50_000 }

    /// `name` is the thread's. `body` blocks; it is given the answer before.
    init(
        name: String, initial: Answer, pace: Pace, now: @escaping @Sendable () -> MonotonicTime = LinuxClock.now,
        asking body: @escaping @Sendable (Answer) -> Heard
    ) {
        inquiry = Inquiry(BlockingPool(name: name, limits: LinuxLimits.looking), deadline: pace.deadline)
        state = Mutex(State(known: Known(answer: initial)))
        self.pace = pace
        self.now = now
        self.body = body
    }

    /// What is called when an answer was another than the one before, or the first about something; nobody, when nil.
    func onNews(_ listener: (@Sendable () -> Void)?) { self.listener.withLock { $0 = listener } }

    /// What is known, at once. Begins to ask, if something among `keys` is new or all of it old.
    func known(for keys: some Sequence<Key>) -> Known {
        let keys = Set(keys)
        let (known, isDue) = state.withLock { state in
            let isNew = !keys.isSubset(of: state.known.covered)
            let isDue = !keys.isEmpty && !state.isAsking && now() >= (isNew ? state.newFrom : state.oldFrom)
            if isDue { state.isAsking = true }
            return (state.known, isDue)
        }
        if isDue { Task { await ask(about: keys, within: pace.deadline) } }
        return known
    }

    /// The same, but waits for the answer, though not long.
    func heard(for keys: some Sequence<Key>) async -> Known {
        let keys = Set(keys)
        let isNew = state.withLock { state in
            let isNew = !state.isAsking && !keys.isSubset(of: state.known.covered)
            if isNew { state.isAsking = true }
            return isNew
        }
        if isNew { await ask(about: keys, within: pace.waiting) }
        return state.withLock { $0.known }
    }

    /// What went wrong since this was asked last.
    func failures() -> [HearsayFailure] {
        state.withLock { state in
            defer { state.failures = [] }
            return state.failures
        }
    }

    private func ask(about keys: Set<Key>, within deadline: Duration) async {
        let began = now()
        let (body, before) = (body, state.withLock { $0.known.answer })
        var heard = Heard(
            answer: before,
            failures: [HearsayFailure(kind: "timeout", text: "there was no answer within \(deadline.text)")])
        if case .value(let value) = await inquiry.ask(0, within: deadline, { _ in body(before) }) { heard = value }
        let isNews = state.withLock { state in
            let ended = now()
            var isNews = heard.answer != state.known.answer
            state.isAsking = false
            state.known.answer = heard.answer
            state.failures = heard.failures
            state.oldFrom = ended.advanced(by: pace.interval)
            state.newFrom = ended.advanced(by: heard.failures.isEmpty ? ended.since(began) * pace.share : pace.patience)
            guard heard.failures.isEmpty else { return isNews }
            isNews = isNews || !keys.isSubset(of: state.known.covered)
            state.known.covered.formUnion(keys)
            if state.known.covered.count > Hearsay.mostCovered { state.known.covered = keys }
            return isNews
        }
        if isNews { listener.withLock { $0 }?() }
    }
}
