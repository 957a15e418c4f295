// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// What is going to happen, the next first; at the same moment in the order in which it was put in.
struct EventQueue: Sendable {
    enum Event: Sendable {
        case appears(Int)
        case vanishes(Int)
        case writerStarts(Int)
        case writerStops(Int)
        /// The number tells a write that is still wanted from one that was called off.
        case writes(Int, turn: UInt32)
        case deletes(Int)
        case writesTables(Int)
        case poolGrows(Int, to: Bytes)
        case poolGivesUp(Int, turn: UInt32)
        case faultBegins(Int)
        case faultEnds(Int)
        /// A growth ioctl is done after its caller has given it up.
        case growthArrives(Int, to: Bytes)
    }

    private struct Entry: Sendable {
        let time: MonotonicTime
        let order: UInt64
        let event: Event

        func precedes(_ other: Entry) -> Bool { (time, order) < (other.time, other.order) }
    }

    private var heap: [Entry] = []
    private var pushed: UInt64 = 0

    var nextTime: MonotonicTime? { heap.first?.time }

    mutating func push(_ event: Event, at time: MonotonicTime) {
        heap.append(Entry(time: time, order: pushed, event: event))
        pushed += 1
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out what is next, if it is due by `limit`.
    mutating func pop(by limit: MonotonicTime) -> (time: MonotonicTime, event: Event)? {
        guard let first = heap.first, first.time <= limit else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.time, first.event)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && heap[right].precedes(heap[left]) ? right : left
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
