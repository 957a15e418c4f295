// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy
public import Units

/// What became of an override at one moment, as the journal tells it later.
public struct JournaledOverride: Hashable, Sendable {
    public let time: WallTime
    public let event: Event
    /// Who did it: for what was lifted, who lifted it. Nil for what ended by itself.
    public let by: Asked?
    public let override: Override
    /// The one on the volume, if it is for one.
    public var container: HistoryEntry.NamedContainer?

    public enum Event: String, Hashable, Sendable, CaseIterable {
        case set
        /// A later one of the same kind for the same has taken its place.
        case replaced
        case lifted
        case expired
    }

    public init(time: WallTime, event: Event, by: Asked?, override: Override) {
        self.time = time
        self.event = event
        self.by = by
        self.override = override
    }
}

/// What changes at once among the overrides that stand.
public struct OverrideChanges: Hashable, Sendable {
    /// New, or with what is new of them.
    public var put: [Override] = []
    public var removed: [OverrideID] = []
    public var events: [JournaledOverride] = []
    /// The alerts that this comes of: told before it.
    public var alerts: [JournaledAlert] = []
    /// Of alerts: what is new of them, and those that are forgotten.
    public var cases: [AlertCase] = []
    public var forgotten: [AlertCase] = []
    public var grants: [AlertGrant] = []
    /// What was granted by these overrides, and not used.
    public var givenBack: [OverrideID] = []
    /// What was decided before, and is to be told before.
    public var decisions: [JournaledDecision] = []

    public init() {}

    /// With a new override, and those whose place it takes.
    public func putting(_ override: Override, inPlaceOf replaced: [Override]) -> OverrideChanges {
        var changes = self
        changes.put.append(override)
        changes.removed += replaced.map(\.id)
        changes.events += replaced.map {
            JournaledOverride(time: override.start, event: .replaced, by: override.asked, override: $0)
        }
        changes.events.append(JournaledOverride(time: override.start, event: .set, by: override.asked, override: override))
        return changes
    }
}

extension Journal {
    /// Those that stood when they were last written, in no order.
    public func overrides() async throws(JournalError) -> [Override] {
        try await run { ledger throws(JournalError) in try ledger.overrides() }
    }

    /// On the disk, all of it or nothing, when this returns. The events are part of the history.
    public func change(_ changes: OverrideChanges) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.change(changes, forgettingOthers: false) }
    }

    /// The same, where `changes.put` are all that stand.
    public func replaceOverrides(by changes: OverrideChanges) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.change(changes, forgettingOthers: true) }
    }
}
