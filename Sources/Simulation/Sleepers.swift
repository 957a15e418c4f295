// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// Who sleeps on a virtual clock. The first to wake is the one with the earliest deadline; of several the one that came first.
struct Sleepers {
    private struct Sleeper {
        let deadline: MonotonicTime
        let continuation: CheckedContinuation<Bool, Never>
    }

    private var sleeping: [UInt64: Sleeper] = [:]
    private var cancelled: Set<UInt64> = []
    private var nextID: UInt64 = 0

    /// A number for one sleep; later ones are larger.
    mutating func take() -> UInt64 {
        defer { nextID += 1 }
        return nextID
    }

    /// Whether it was called off before it began. The number is used up by this.
    mutating func wasCancelled(_ id: UInt64) -> Bool { cancelled.remove(id) != nil }

    mutating func add(_ id: UInt64, until deadline: MonotonicTime, _ continuation: CheckedContinuation<Bool, Never>) {
        sleeping[id] = Sleeper(deadline: deadline, continuation: continuation)
    }

    mutating func cancel(_ id: UInt64) -> CheckedContinuation<Bool, Never>? {
        if let sleeper = sleeping.removeValue(forKey: id) { return sleeper.continuation }
        cancelled.insert(id)
        return nil
    }

    mutating func forget(_ id: UInt64) { cancelled.remove(id) }

    var earliest: MonotonicTime? { sleeping.values.lazy.map(\.deadline).min() }

    /// Takes out those whose time has come.
    mutating func wake(at now: MonotonicTime) -> [CheckedContinuation<Bool, Never>] {
        let due = sleeping.filter { $0.value.deadline <= now }.sorted {
            ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key)
        }
        for (id, _) in due { sleeping[id] = nil }
        return due.map(\.value.continuation)
    }
}
