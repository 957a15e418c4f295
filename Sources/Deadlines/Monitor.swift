// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
// Whole-module builds count timespec as this module's (Swift 6.3).
import SwiftOverlayShims

/// A lock with two conditions to wait on: work has come, and a deadline has moved. (The standard library's Mutex has none.)
/// Sendable: the pointers never change and what they lead to is made for threads.
final class Monitor: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let conditions: UnsafeMutablePointer<pthread_cond_t>

    enum Condition: Int { case work, deadline }

    init() {
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        conditions = .allocate(capacity: 2)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for index in 0..<2 { pthread_cond_init(conditions + index, &attributes) }
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        for index in 0..<2 { pthread_cond_destroy(conditions + index) }
        conditions.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func lock() { pthread_mutex_lock(mutex) }
    func unlock() { pthread_mutex_unlock(mutex) }

    func signal(_ condition: Condition) { pthread_cond_signal(conditions + condition.rawValue) }
    func broadcast(_ condition: Condition) { pthread_cond_broadcast(conditions + condition.rawValue) }

    /// Gives the lock up while it waits.
    func wait(for condition: Condition) { pthread_cond_wait(conditions + condition.rawValue, mutex) }

    /// The same, until the given moment on CLOCK_MONOTONIC at the latest.
    func wait(for condition: Condition, until nanoseconds: UInt64) {
        var moment = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        pthread_cond_timedwait(conditions + condition.rawValue, mutex, &moment)
    }

    static func now() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }
}
