// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Synchronization
import Units

/// Calls of one kind, each with a deadline of its own that begins when it does. `next` belongs to the pool and is only
/// touched under its lock; the answers have a lock of their own.
class Batch {
    let count: Int
    let deadlineNanoseconds: UInt64
    var next = 0

    init(count: Int, deadline: Duration) {
        self.count = count
        deadlineNanoseconds = UInt64(max(deadline.nanosecondsClamped, 0))
    }

    func perform(_ index: Int) { preconditionFailure("a batch knows what to call") }
    func giveUp(_ index: Int, _ reason: GaveUp) { preconditionFailure("a batch knows whom to tell") }
}

enum GaveUp { case stuck, exhausted }

/// Sendable: `call` and `answers` are by themselves, and the pool's lock guards `next`.
final class CallBatch<Value: Sendable>: Batch, @unchecked Sendable {
    private struct Answers {
        var values: [Answer<Value>?]
        var open: Int
        var waiting: CheckedContinuation<[Answer<Value>], Never>?
    }

    private let call: @Sendable (Int) -> Value
    private let answers: Mutex<Answers>

    init(
        count: Int, deadline: Duration, waiting: CheckedContinuation<[Answer<Value>], Never>,
        call: @escaping @Sendable (Int) -> Value
    ) {
        self.call = call
        answers = Mutex(Answers(values: Array(repeating: nil, count: count), open: count, waiting: waiting))
        super.init(count: count, deadline: deadline)
    }

    override func perform(_ index: Int) { settle(index, .value(call(index))) }

    override func giveUp(_ index: Int, _ reason: GaveUp) { settle(index, reason == .stuck ? .stuck : .exhausted) }

    /// The first answer stands. The last one of all wakes the caller.
    private func settle(_ index: Int, _ answer: Answer<Value>) {
        let done: (CheckedContinuation<[Answer<Value>], Never>, [Answer<Value>])? = answers.withLock { answers in
            guard answers.values[index] == nil else { return nil }
            answers.values[index] = answer
            answers.open -= 1
            guard answers.open == 0, let waiting = answers.waiting else { return nil }
            answers.waiting = nil
            return (waiting, answers.values.compactMap { $0 })
        }
        done?.0.resume(returning: done?.1 ?? [])
    }
}
