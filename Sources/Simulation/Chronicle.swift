// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Host
public import Units

/// What happened in a world, for whoever judges it afterwards.
public struct Chronicle: Sendable {
    /// What must never be asked of a host or come out of it.
    public internal(set) var violations: [Violation] = []
    /// Pools that used more than their reserve leaves, each time from the moment it began.
    public internal(set) var brokenReserves: [BrokenReserve] = []
    /// The last steps, oldest first.
    public private(set) var steps: [PerformedStep] = []
    /// How many of the oldest steps are not kept.
    public private(set) var stepsForgotten = 0
    public internal(set) var looks: UInt64 = 0
    /// Volumes that did not come to be, because their pool had no space for them.
    public internal(set) var stillbirths = 0

    /// Bounds on what is kept.
    public enum Limits {
        public static let steps = 100_000
        public static let violations = 1_000
    }

    mutating func add(_ step: PerformedStep) {
        if steps.count >= Limits.steps {
            steps.removeFirst(Limits.steps / 2)
            stepsForgotten += Limits.steps / 2
        }
        steps.append(step)
    }

    mutating func add(_ violation: Violation) {
        if violations.count < Limits.violations { violations.append(violation) }
    }
}

/// Something that no caller may ask for and no host may let happen.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
    public var kind: Kind
    public var at: MonotonicTime
    public var text: String

    public enum Kind: String, Hashable, Sendable {
        case filesystemLargerThanDevice
        case deviceShrunk
        /// A step for a volume that never was.
        case unknownVolume
        case parentGrown
        case ownerBypassed
        case foreignGrown
        /// Two steps on one volume at once.
        case stepsOverlap
    }

    public var description: String { "\(kind.rawValue) at \(at.nanoseconds) ns: \(text)" }
}

public struct BrokenReserve: Hashable, Sendable {
    public var pool: DeviceName
    public var at: MonotonicTime
    public var used: Bytes
    /// The most that may be used.
    public var limit: Bytes
}

public struct PerformedStep: Hashable, Sendable {
    public var step: Step
    public var began: MonotonicTime
    public var ended: MonotonicTime
    public var outcome: StepReport.Outcome
}

/// What became of a writer.
public struct WriterOutcome: Hashable, Sendable {
    public var volume: DeviceName
    public internal(set) var written = Bytes.zero
    /// How often its filesystem had no space for it (ENOSPC).
    public internal(set) var noSpace = 0
    public internal(set) var firstNoSpace: MonotonicTime?
    /// How often a write failed otherwise: the pool full, failed or read-only, the filesystem read-only.
    public internal(set) var errors = 0
    public internal(set) var firstError: MonotonicTime?

    init(volume: DeviceName) { self.volume = volume }
}

/// A pool's account, reckoned from the world's own figures.
public struct PoolLedger: Hashable, Sendable {
    public var pool: DeviceName
    public var total: Bytes
    public var used: Bytes
    /// The most that may be used with the reserve untouched.
    public var unreserved: Bytes
    /// What its filesystems may still write into blocks that are not mapped yet.
    public var unwritten: Bytes
}
