// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
public import Journal
import Policy
import Units

/// Where the engine keeps what must outlive it.
public enum Books: Sendable {
    case journal(Journal)
    /// The journal could not be opened, so nothing is grown. What it tells all the same, if anything.
    case broken(JournalError, Journal.Remains?)
    /// Nothing is kept: a simulated host, or a command that changes nothing.
    case none

    /// Notes what is about to begin. A table that is about to change waits for the disk; an ioctl on a filesystem whose
    /// device is long enough already does not, since a writer may be waiting for it and nothing has to be undone.
    /// `kept`: what has to last of the growth, written down with it.
    func begin(_ order: Order, keeping kept: KeptVolume?) async throws(JournalError) -> Entry {
        guard case .journal(let journal) = self else { return .none }
        if order.deviceTo > order.deviceFrom || kept != nil {
            return .open(try await journal.begin(order, keeping: kept, at: .now()))
        }
        return .later(
            Task {
                do throws(JournalError) {
                    return .success(try await journal.begin(order, at: .now()))
                } catch {
                    return .failure(error)
                }
            })
    }

    func finish(
        _ id: GrowthID, _ finished: FinishedGrowth, in container: HistoryEntry.NamedContainer?,
        after decisions: [JournaledDecision]
    ) async throws(JournalError) {
        guard case .journal(let journal) = self else { return }
        let outcome = GrowthOutcome(
            finished.failure == nil ? .done : .failed, finishedAt: finished.finishedAt, reached: finished.reached,
            failure: finished.failure)
        try await journal.finish(id, outcome, in: container, after: decisions)
    }

    /// Returns when all that was noted is in the database, and that is closed.
    func close() async {
        if case .journal(let journal) = self { await journal.close() }
    }

    func kept() async throws(JournalError) -> [KeptVolume] {
        if case .journal(let journal) = self { try await journal.kept() } else { [] }
    }

    func keep(_ volume: KeptVolume) async throws(JournalError) {
        if case .journal(let journal) = self { try await journal.keep(volume) }
    }

    func record(_ decisions: [JournaledDecision]) async throws(JournalError) {
        if case .journal(let journal) = self { try await journal.record(decisions) }
    }

    func record(_ alerts: [JournaledAlert]) async throws(JournalError) {
        if case .journal(let journal) = self { try await journal.record(alerts) }
    }

    func change(_ changes: OverrideChanges) async throws(JournalError) {
        if case .journal(let journal) = self { try await journal.change(changes) }
    }

    func finish(_ key: String, _ answer: JournaledAnswer.Answer) async throws(JournalError) {
        if case .journal(let journal) = self { try await journal.finish(key, answer) }
    }

    /// Whether anything that is noted is kept.
    var isKept: Bool { if case .journal = self { true } else { false } }

    func forgetKept(of volumes: Set<VolumeIdentity>) async throws(JournalError) {
        if case .journal(let journal) = self { try await journal.forgetKept(of: volumes) }
    }
}

/// A growth's place in the journal.
enum Entry: Sendable {
    case none
    case open(GrowthID)
    /// Being written while the growth goes on.
    case later(Task<Result<GrowthID, JournalError>, Never>)

    /// Throws what kept it from being written.
    func id() async throws(JournalError) -> GrowthID? {
        switch self {
        case .none: nil
        case .open(let id): id
        case .later(let task): try await task.value.get()
        }
    }
}
