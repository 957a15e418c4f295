// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Synchronization

extension FailPoint {
    /// What the environment asks for. Whoever can set it for a process can end that process anyway.
    public struct Armed: Hashable, Sendable {
        public var point: FailPoint
        public var action: Action
        /// It happens the so many-eth time that the point is reached.
        public var occasion: Int
    }

    public enum Action: String, Sendable {
        /// SIGKILL.
        case kill
        /// SIGSTOP, so that somebody outside can pull the power at this moment.
        case stop
        /// SIGSTOP too, but with SIGCONT it goes on from here: for what others do in between.
        case pause
    }

    /// Why the environment's words mean no fail point.
    public struct Misnamed: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// `HEADROOM_FAIL_POINT=<point>[#<occasion>][=<action>]`. Nil where nothing is set.
    public static func parse(_ text: String?) throws(Misnamed) -> Armed? {
        guard let text, !text.isEmpty else { return nil }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let place = parts[0].split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let point = FailPoint(rawValue: String(place[0])) else {
            throw Misnamed(description: "HEADROOM_FAIL_POINT: there is no point \(place[0]); `headroom fail-points` lists them")
        }
        guard let occasion = place.count == 1 ? 1 : Int(place[1]), occasion > 0 else {
            throw Misnamed(description: "HEADROOM_FAIL_POINT: \(place[1]) is no count of one or more")
        }
        guard let action = parts.count == 1 ? .kill : Action(rawValue: String(parts[1])) else {
            throw Misnamed(description: "HEADROOM_FAIL_POINT: \(parts[1]) is none of kill, stop and pause")
        }
        return Armed(point: point, action: action, occasion: occasion)
    }

    /// What is set. One that is misnamed is never reached, so a program's start is to check it.
    public static func armed() throws(Misnamed) -> Armed? {
        try parse(getenv("HEADROOM_FAIL_POINT").map { String(cString: $0) })
    }

    private static let set = try? armed()
    private static let count = Atomic(0)

    /// The process has got here.
    @inline(__always)
    public func reached() {
        if let set = FailPoint.set { reached(set) }
    }

    /// The process is about to make a call, in which it is to be caught.
    @inline(__always)
    public func reachedSoon() {
        if let set = FailPoint.set, set.point == self { caught(set) }
    }

    private func reached(_ set: Armed) {
        guard set.point == self else { return }
        guard FailPoint.count.add(1, ordering: .relaxed).newValue == set.occasion else { return }
        set.action.carryOut()
    }

    /// From a thread of its own, which on a busy or small machine runs once this one waits in the kernel.
    private func caught(_ set: Armed) {
        var thread = pthread_t()
        let hasBegun = pthread_create(
            &thread, nil,
            { _ in
                sched_yield()
                if let set = FailPoint.set { set.point.reached(set) }
                return nil
            }, nil)
        if hasBegun == 0 { pthread_detach(thread) } else { reached(set) }
    }
}

extension FailPoint.Action {
    fileprivate func carryOut() {
        switch self {
        case .kill: Glibc.kill(getpid(), SIGKILL)
        case .stop: Glibc.kill(getpid(), SIGSTOP)
        case .pause:
            Glibc.kill(getpid(), SIGSTOP)
            // Whoever got the signal, by then all have stopped, and the rest of this comes after they go on.
            usleep(50_000)
            return
        }
        // The signal may be handed to another thread first; this one does nothing more either way.
        while true { Glibc.pause() }
    }
}
