// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// What waits for the journal's thread, first in, first out.
///
/// Sendable: `jobs`, `isClosed`, `hasEnded` and `waiters` are only touched under the mutex, and the two pointers never
/// change and lead to what is made for threads. (The standard library's Mutex has no condition to wait on.)
final class JobQueue: @unchecked Sendable {
    typealias Job = @Sendable (borrowing Ledger) -> Void
    enum Refusal { case closed, full }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private let limit: Int
    private var jobs: [Job] = []
    private var isClosed = false
    private var hasEnded = false
    private var waiters: [@Sendable () -> Void] = []

    /// `limit` is how many wait at most.
    init(limit: Int) {
        self.limit = limit
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Nil when it was taken and will be run.
    func add(_ job: @escaping Job) -> Refusal? {
        locked {
            if isClosed { return .closed }
            if jobs.count >= limit { return .full }
            jobs.append(job)
            pthread_cond_signal(changed)
            return nil
        }
    }

    /// What has waited longest, as soon as anything does. Nil when the queue is closed and empty.
    func next() -> Job? {
        locked {
            while jobs.isEmpty {
                if isClosed { return nil }
                pthread_cond_wait(changed, mutex)
            }
            return jobs.removeFirst()
        }
    }

    /// Takes no more; what waits is still run.
    func close() {
        locked {
            isClosed = true
            pthread_cond_broadcast(changed)
        }
    }

    /// The thread is done with the journal.
    func end() {
        let told = locked {
            hasEnded = true
            defer { waiters = [] }
            return waiters
        }
        for tell in told { tell() }
    }

    /// Calls `tell` when the thread is done, at once if it is.
    func whenEnded(_ tell: @escaping @Sendable () -> Void) {
        let isOver = locked {
            if !hasEnded { waiters.append(tell) }
            return hasEnded
        }
        if isOver { tell() }
    }
}
