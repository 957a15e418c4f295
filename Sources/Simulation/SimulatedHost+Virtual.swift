// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dispatch
import Synchronization

extension SimulatedHost {
    /// Where tasks run that belong to a simulation in virtual time: one at a time, in an order that repeats. Child tasks of
    /// what `simulate(_:)` runs are there by themselves, unstructured ones only when they prefer this.
    public var executor: any TaskExecutor { stepped }

    /// Runs `body` in virtual time: whenever nothing that runs on `executor` has anything left to do, time goes on to the next
    /// moment that anybody waits for. A day takes as long as what is done in it.
    ///
    /// Ends the process when `body` waits for something that is neither on this host's clock nor on `executor`, and it has
    /// not come in half a minute.
    public func simulate<Result: Sendable>(_ body: @escaping @Sendable () async -> Result) async -> Result {
        let done = Done()
        let task = Task(executorPreference: stepped) {
            let result = await body()
            done.flag.store(true, ordering: .releasing)
            return result
        }
        await withCheckedContinuation { continuation in
            // A thread of its own: it is busy until the end, which no thread of the tasks' pool may be.
            DispatchQueue(label: "headroom.simulation").async {
                self.drive(until: done)
                continuation.resume()
            }
        }
        return await task.value
    }

    private final class Done: Sendable {
        let flag = Atomic(false)
    }

    private func drive(until done: Done) {
        while true {
            stepped.runReady()
            if done.flag.load(ordering: .acquiring) { return }
            guard !moveOn() else { continue }
            precondition(
                stepped.waitForJob(seconds: SimulatedHost.patienceSeconds),
                "the simulation waits for something that is neither on its clock nor on its executor")
        }
    }

    private static let patienceSeconds = 30
}
