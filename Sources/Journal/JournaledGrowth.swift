// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy
public import Units

/// The number of a growth in the journal, never used twice.
public struct GrowthID: Hashable, Comparable, Sendable, Codable {
    public let number: Int64

    public init(_ number: Int64) { self.number = number }

    public static func < (a: GrowthID, b: GrowthID) -> Bool { a.number < b.number }
}

extension GrowthID: CustomStringConvertible {
    public var description: String { "\(number)" }
}

/// A growth as the journal has it: what was meant, and what became of it.
public struct JournaledGrowth: Hashable, Sendable {
    public let id: GrowthID
    public let order: Order
    public let startedAt: WallTime
    /// Nil while it runs, and after a crash in the middle of it.
    public let outcome: GrowthOutcome?

    public init(id: GrowthID, order: Order, startedAt: WallTime, outcome: GrowthOutcome? = nil) {
        self.id = id
        self.order = order
        self.startedAt = startedAt
        self.outcome = outcome
    }
}

/// What became of a growth.
public struct GrowthOutcome: Hashable, Sendable {
    public let result: Result
    public let finishedAt: WallTime
    /// The filesystem's size afterwards, if it could be read.
    public let reached: Bytes?
    /// What went wrong, for people; at most `Journal.Limits.failureCharacters` are kept.
    public let failure: String?

    public init(_ result: Result, finishedAt: WallTime, reached: Bytes?, failure: String? = nil) {
        self.result = result
        self.finishedAt = finishedAt
        self.reached = reached
        self.failure = failure
    }

    public enum Result: String, Hashable, Sendable, CaseIterable {
        case done
        case failed
        /// Found open at a start: the run that began it ended in the middle of it.
        case interrupted
    }
}
