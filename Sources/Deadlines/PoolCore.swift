// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Units

/// What a pool's threads share.
/// Sendable: everything that changes is only touched between `monitor.lock()` and `monitor.unlock()`.
final class PoolCore: @unchecked Sendable {
    /// One thread, and the call that it is in.
    /// Sendable: like the rest, only touched under the lock.
    private final class Worker: @unchecked Sendable {
        var call: (batch: Batch, index: Int, deadline: UInt64)?
        /// Its call was given up.
        var isLost = false
    }

    private let name: String
    private let limits: BlockingPool.Limits
    private let patience: UInt64
    private let monitor = Monitor()
    /// Batches of which something has not been begun.
    private var queue: [Batch] = []
    private var workers: [Worker] = []
    private var idle = 0
    private var lost = 0
    /// Calls begun and ended, to see whether there is progress.
    private var progress: UInt64 = 0
    private var isWatched = false
    /// When the watcher wakes next.
    private var wakesAt = UInt64.max
    private var isClosed = false

    init(name: String, limits: BlockingPool.Limits) {
        self.name = name
        self.limits = limits
        patience = UInt64(max(limits.patience.nanosecondsClamped, 1))
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        monitor.lock()
        defer { monitor.unlock() }
        return body()
    }

    var lostCount: Int { locked { lost } }

    /// Idle threads end at once, the others after what they are in.
    func close() {
        locked {
            isClosed = true
            monitor.broadcast(.work)
            monitor.broadcast(.deadline)
        }
    }

    func submit(_ batch: Batch) {
        let refused: [(Batch, Int)] = locked {
            queue.append(batch)
            if idle > 0 { monitor.signal(.work) }
            // The idle ones may have been called for what waits already.
            if idle < queue.count, workers.count - lost < limits.kept { startWorker() }
            watch(until: Monitor.now() &+ patience)
            return withdrawIfExhausted()
        }
        for (batch, index) in refused { batch.giveUp(index, .exhausted) }
    }

    // MARK: Under the lock

    /// Every call that waits, if there is no thread left that could ever begin it.
    private func withdrawIfExhausted() -> [(Batch, Int)] {
        guard workers.count == lost else { return [] }
        let refused = queue.flatMap { batch in (batch.next..<batch.count).map { (batch, $0) } }
        queue = []
        return refused
    }

    private func startWorker() {
        guard workers.count < limits.most else { return }
        let worker = Worker()
        workers.append(worker)
        if !DetachedThread.start(name: name, stack: limits.stack, { self.work(worker) }) { workers.removeLast() }
    }

    private func watch(until moment: UInt64) {
        if !isWatched { isWatched = DetachedThread.start(name: name, stack: limits.stack, { self.watchDeadlines() }) }
        if moment < wakesAt {
            wakesAt = moment
            monitor.signal(.deadline)
        }
    }

    private func begin(_ worker: Worker) -> (batch: Batch, index: Int)? {
        guard !queue.isEmpty else { return nil }
        // In turns, so that a single call never waits for the end of a long batch.
        let batch = queue.removeFirst()
        let index = batch.next
        batch.next += 1
        if batch.next < batch.count { queue.append(batch) }
        let deadline = Monitor.now() &+ batch.deadlineNanoseconds
        worker.call = (batch, index, deadline)
        progress &+= 1
        watch(until: deadline)
        return (batch, index)
    }

    /// False when the thread is not needed any more.
    private func end(_ worker: Worker) -> Bool {
        worker.call = nil
        progress &+= 1
        if worker.isLost {
            worker.isLost = false
            lost -= 1
        }
        return workers.count - lost <= limits.kept || !queue.isEmpty
    }

    // MARK: Threads

    private func work(_ worker: Worker) {
        monitor.lock()
        while true {
            if let (batch, index) = begin(worker) {
                monitor.unlock()
                batch.perform(index)
                monitor.lock()
                if !end(worker) { break }
            } else {
                // One that joined in for a while goes again.
                if isClosed || workers.count - lost > limits.kept { break }
                idle += 1
                monitor.wait(for: .work)
                idle -= 1
            }
        }
        workers.removeAll { $0 === worker }
        // The watcher goes with the last of them.
        if isClosed, workers.isEmpty { monitor.signal(.deadline) }
        monitor.unlock()
    }

    /// Gives up what is late, and lets more threads join in where nothing moves.
    private func watchDeadlines() {
        var before: UInt64 = 0
        monitor.lock()
        while !(isClosed && workers.isEmpty) {
            let now = Monitor.now()
            var late: [(Batch, Int, GaveUp)] = []
            for worker in workers {
                guard !worker.isLost, let call = worker.call, call.deadline <= now else { continue }
                worker.isLost = true
                lost += 1
                late.append((call.batch, call.index, .stuck))
            }
            if !queue.isEmpty, !late.isEmpty || progress == before {
                // Doubled, so that a hundred dead filesystems do not take a hundred times the patience.
                for _ in 0..<max(workers.count - lost, 1) { startWorker() }
                monitor.broadcast(.work)
            }
            before = progress
            late += withdrawIfExhausted().map { ($0, $1, .exhausted) }
            wakesAt = workers.compactMap { $0.isLost ? nil : $0.call?.deadline }.min() ?? .max
            if !queue.isEmpty { wakesAt = min(wakesAt, now &+ patience) }
            if !late.isEmpty {
                monitor.unlock()
                for (batch, index, reason) in late { batch.giveUp(index, reason) }
                monitor.lock()
                continue
            }
            if wakesAt == .max { monitor.wait(for: .deadline) } else { monitor.wait(for: .deadline, until: wakesAt) }
        }
        isWatched = false
        monitor.unlock()
    }
}
