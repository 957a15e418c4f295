// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dispatch
import Synchronization

/// Runs the tasks that prefer it one at a time, in the order in which they became ready, on the thread that asks for it:
/// what they do together is the same each time.
final class SteppedExecutor: TaskExecutor {
    private let ready = Mutex<[UnownedJob]>([])
    private let bell = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        ready.withLock { $0.append(job) }
        bell.signal()
    }

    /// Runs until nothing is ready.
    func runReady() {
        while true {
            let jobs = ready.withLock { ready in
                defer { ready.removeAll() }
                return ready
            }
            if jobs.isEmpty { return }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Waits until something is ready, for so many real seconds at most. False when nothing came.
    func waitForJob(seconds: Int) -> Bool {
        while ready.withLock({ $0.isEmpty }) {
            if bell.wait(timeout: .now() + .seconds(seconds)) == .timedOut { return !ready.withLock { $0.isEmpty } }
        }
        return true
    }
}
