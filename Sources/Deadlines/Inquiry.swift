// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Synchronization

/// One kind of question, asked of many things that may each get stuck. A thing whose former question was given up and has
/// not come back is `.stuck` at once, so that it never holds more than one thread.
public final class Inquiry<Key: Hashable & Sendable>: Sendable {
    private struct Calls {
        /// Calls that have begun and not come back.
        var running: [Key: Int] = [:]
        /// Those of them that were given up.
        var lost: Set<Key> = []

        mutating func end(_ key: Key) {
            let count = (running[key] ?? 1) - 1
            running[key] = count > 0 ? count : nil
            if count == 0 { lost.remove(key) }
        }

        /// Nothing, if it has come back just now.
        mutating func giveUp(_ key: Key) {
            if running[key] != nil { lost.insert(key) }
        }
    }

    private let pool: BlockingPool
    /// For each thing, where `ask` does not say otherwise.
    public let deadline: Duration
    private let calls = Mutex(Calls())

    public init(_ pool: BlockingPool, deadline: Duration) {
        self.pool = pool
        self.deadline = deadline
    }

    /// The former question about it was given up, and has not come back.
    public func isLost(_ key: Key) -> Bool { calls.withLock { $0.lost.contains(key) } }

    /// Asks each, and answers in the order of `keys`.
    public func ask<Value: Sendable>(
        _ keys: [Key], within deadline: Duration? = nil, _ call: @escaping @Sendable (Key) -> Value
    ) async -> [Answer<Value>] {
        let lost = calls.withLock { $0.lost }
        let open = lost.isEmpty ? keys : keys.filter { !lost.contains($0) }
        let answers = await pool.each(open.count, deadline: deadline ?? self.deadline) { [self] index in
            let key = open[index]
            calls.withLock { $0.running[key, default: 0] += 1 }
            defer { calls.withLock { $0.end(key) } }
            return call(key)
        }
        var rest = zip(open, answers).makeIterator()
        return keys.map { key in
            guard !lost.contains(key), let (_, answer) = rest.next() else { return .stuck }
            if case .stuck = answer { calls.withLock { $0.giveUp(key) } }
            return answer
        }
    }

    /// Asks one.
    public func ask<Value: Sendable>(
        _ key: Key, within deadline: Duration? = nil, _ call: @escaping @Sendable (Key) -> Value
    ) async -> Answer<Value> {
        await ask([key], within: deadline, call)[0]
    }
}
