// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// Runs calls that may block, for ever perhaps, on threads of its own: never on the cooperative pool.
///
/// A call that passes its deadline is answered with `.stuck`, and another thread takes the place of the one that is lost
/// in it. One thread walks through a batch of quick calls without any waking; when it makes no progress, more join in.
public final class BlockingPool: Sendable {
    public struct Limits: Sendable, Hashable {
        /// Threads that stay when there is nothing to do.
        public var kept: Int
        /// Threads at any moment, those lost in stuck calls among them. Beyond it calls are `.exhausted`.
        public var most: Int
        /// No call begun or ended for so long while others wait: more threads join in.
        public var patience: Duration
        /// Of each thread.
        public var stack: Bytes

        public init(
            kept: Int = 2, most: Int = 64, patience: Duration = .milliseconds(5), stack: Bytes = .kibibytes(256)
        ) {
            precondition(kept > 0 && most >= kept, "a pool has threads")
            self.kept = kept
            self.most = most
            self.patience = patience
            self.stack = stack
        }
    }

    private let core: PoolCore

    /// `name` is what `ps -T` shows, its first 15 bytes.
    public init(name: String, limits: Limits = Limits()) { core = PoolCore(name: name, limits: limits) }

    deinit { core.close() }

    /// Threads that a call is stuck in now.
    public var lost: Int { core.lostCount }

    /// Runs one call. Its deadline begins when a thread takes it up.
    public func run<Value: Sendable>(
        deadline: Duration, _ call: @escaping @Sendable () -> Value
    ) async throws(DeadlineError) -> Value {
        switch await each(1, deadline: deadline, { _ in call() })[0] {
        case .value(let value): return value
        case .stuck: throw .stuck(after: deadline)
        case .exhausted: throw .exhausted
        }
    }

    /// Runs `call` for each number below `count`, each with a deadline of its own, and comes back when every one has
    /// answered or was given up.
    public func each<Value: Sendable>(
        _ count: Int, deadline: Duration, _ call: @escaping @Sendable (Int) -> Value
    ) async -> [Answer<Value>] {
        if count == 0 { return [] }
        return await withCheckedContinuation { waiting in
            core.submit(CallBatch(count: count, deadline: deadline, waiting: waiting, call: call))
        }
    }
}
