// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
public import Journal
import Logging
import Policy
import Units

/// What happened, for those who ask later.
extension Engine {
    public func history(_ query: HistoryQuery) async throws(JournalError) -> [HistoryRecord] {
        guard let journal = try readable else { return [] }
        var query = query
        // A logical volume's or a container's name leads to its volume as long as that is there.
        if let name = query.volume, let snapshot, let found = try? VolumeLookup.find(name, in: snapshot) {
            query.otherName = found.name.description
        }
        return try await journal.history(query)
    }

    public func verifyHistory() async throws(JournalError) -> HistoryVerification {
        guard let journal = try readable else { return HistoryVerification() }
        return try await journal.verifyHistory()
    }

    /// One that cannot be written can often be read.
    private var readable: Journal? {
        get throws(JournalError) {
            switch books {
            case .journal(let journal): return journal
            case .broken(let error, _): throw error
            case .none: return nil
            }
        }
    }

    /// The container on a volume, as far as it is known now.
    func container(on volume: VolumeIdentity) -> HistoryEntry.NamedContainer? {
        snapshot?.volumes.first { $0.identity == volume }?.namedContainer
    }

    // MARK: The audit log

    /// Says where it goes. Not by a command: the daemon writes what that leaves in the journal.
    func beginAudit() {
        guard keepsDevices, case .journal(let journal) = books else { return }
        auditSeen = journal.auditHealth
        journal.audit(to: rules.audit)
    }

    /// Has tried again what could not be written, and tells how it goes.
    func followAudit() {
        guard keepsDevices, rules.audit != nil, case .journal(let journal) = books else { return }
        journal.followAudit()
        let (before, now) = (auditSeen, journal.auditHealth)
        auditSeen = now
        count("failed", now.failures - min(before.failures, now.failures))
        count("lost", now.lost - min(before.lost, now.lost))
        if now.trouble == before.trouble { return }
        if let trouble = now.trouble {
            logger.error("\(trouble). Growth goes on; what is missing is written later, from the journal")
        } else {
            logger.notice("the audit log is written again")
        }
    }

    private func count(_ kind: String, _ more: UInt64) {
        if more > 0 { current.errors[ErrorKey(part: "audit", kind: kind), default: 0] += more }
    }
}

extension Volume {
    var namedContainer: HistoryEntry.NamedContainer? {
        owner.container.map { HistoryEntry.NamedContainer(id: $0.id, name: $0.name) }
    }
}
