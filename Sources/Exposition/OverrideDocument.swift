// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import FoundationEssentials
public import Policy
import Units

/// What somebody has set against the rules.
public struct OverrideDocument: Codable, Hashable, Sendable {
    /// Twelve hexadecimal digits.
    public var id: String
    public var kind: Override.Kind.Name
    /// `volume`, `volumes` (a glob), `pool` or `all`.
    public var scope: String
    /// What it is set for: a volume's name, a glob, a pool's name, or `all`.
    public var name: String
    public var author: String
    public var source: Asked.Source
    public var reason: String?
    public var start: Date
    /// Absent when it holds until it is lifted.
    public var end: Date?
    /// In a sentence for people.
    public var text: String
    /// Of a pin: shares of 1.
    public var threshold: Double?
    public var target: Double?
    public var maximumSizeBytes: UInt64?
    /// Of a leave to exceed the reserve: how much, and how much of that was granted.
    public var boundBytes: UInt64?
    public var spentBytes: UInt64?
    /// Of a growth that is asked for: to how much, and what came of it.
    public var toBytes: UInt64?
    public var settled: Override.Settlement?
    /// Which alert it is of.
    public var fingerprint: String?

    public init(_ override: Override) {
        id = override.id.description
        kind = override.kind.name
        scope = override.scope.kind
        name = override.scope.name
        author = override.asked.author
        source = override.asked.source
        reason = override.asked.reason
        start = Date(override.start)
        end = override.end.map { Date($0) }
        text = override.text
        switch override.kind {
        case .hold, .pause: break
        case .pin(let pin):
            threshold = pin.threshold?.value
            target = pin.target?.value
            maximumSizeBytes = pin.maximumSize?.count
        case .exceedReserve(let bound):
            boundBytes = bound.count
            spentBytes = override.spent.count
        case .grow(let to, _):
            toBytes = to.count
            spentBytes = override.spent.count
            settled = override.settled
        }
        fingerprint = override.alert?.fingerprint
    }
}

/// What a change of overrides did, or would do.
public struct OverrideChangeDocument: Codable, Hashable, Sendable {
    public enum Result: String, Codable, Hashable, Sendable {
        /// Nothing was changed: it is what would be.
        case planned
        case done
    }

    public var result: Result
    public var set: [OverrideDocument]
    /// What was taken away, or was replaced.
    public var lifted: [OverrideDocument]
    /// The volumes that it is about now, at most `OverrideChangeDocument.namedVolumes` of them.
    public var volumes: [String]
    /// How many those are.
    public var volumeCount: Int
    /// False when a restart changes it back: the journal could not be written, or there is none.
    public var kept: Bool

    public static let namedVolumes = 100

    public init(_ change: OverrideChange) {
        result = change.isDryRun ? .planned : .done
        set = change.set.map { OverrideDocument($0) }
        lifted = change.lifted.map { OverrideDocument($0) }
        volumes = change.volumes.prefix(OverrideChangeDocument.namedVolumes).map(\.shown)
        volumeCount = change.volumes.count
        kept = change.isKept
    }
}

/// Who asked for something.
public struct AskedDocument: Codable, Hashable, Sendable {
    public var author: String
    public var source: Asked.Source
    public var reason: String?

    init(_ asked: Asked) {
        author = asked.author
        source = asked.source
        reason = asked.reason
    }
}
