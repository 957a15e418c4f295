// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Journal
import Logging
import Policy
import Units

extension Engine {
    /// How often the journal is told which volumes are still there.
    static let tidying = Duration.seconds(3600)
    /// How long the first size of a volume that is gone is kept: it may only be stopped.
    static let birthMemory = Duration.seconds(90 * 86_400)

    /// Takes in what earlier runs left: first sizes, what is kept, and growths that a crash cut off.
    func recall() async {
        switch books {
        case .none: return
        case .broken(let error, let remains):
            stopGrowing(error)
            if let remains { await keepInBeing(remains.kept) }
        case .journal(let journal):
            do throws(JournalError) {
                try await recallKept()
                desk = try await journal.alertDesk()
                await recall(try await journal.overrides())
                if !unwrittenEvents.isEmpty || !overrides.isEmpty { try await rewriteOverrides(in: journal) }
                births = try await journal.births()
                cutOff = try await journal.unfinished()
                hasRecalled = true
                beginAudit()
                for growth in cutOff { await undoLoad(growth.order) }
            } catch {
                stopGrowing(error)
            }
        }
    }

    /// The first sizes that are known of these volumes.
    func births(of snapshot: Snapshot, among names: Set<DeviceName>?) -> [(VolumeIdentity, Bytes)] {
        guard names == nil, !births.isEmpty else { return [] }
        return snapshot.volumes.compactMap { volume in births[volume.identity].map { (volume.identity, $0) } }
    }

    /// Notes the first sizes of volumes that are new, or that took the place of larger ones.
    func noteBirths(of snapshot: Snapshot) async {
        guard case .journal(let journal) = books else { return }
        var new: [VolumeIdentity: Bytes] = [:]
        for volume in snapshot.volumes {
            guard let size = history[volume.identity].birthSize else { continue }
            if births[volume.identity].map({ size < $0 }) ?? true { new[volume.identity] = size }
        }
        births.merge(new) { $1 }
        // What is not written now is written once the journal can be used again.
        guard !isJournalBroken else { return }
        let isTidyingDue = host.now().since(lastTidying) > Engine.tidying
        guard !new.isEmpty || isTidyingDue else { return }
        do throws(JournalError) {
            if !new.isEmpty { try await journal.recordBirths(new, at: .now()) }
            guard isTidyingDue else { return }
            lastTidying = host.now()
            try await journal.markSeen(Set(snapshot.volumes.map(\.identity)), at: .now())
            try await journal.forgetBirths(notSeenSince: WallTime(seconds: WallTime.now().seconds - Engine.birthMemory.seconds))
        } catch {
            stopGrowing(error)
        }
    }

    func close(_ entry: Entry, _ finished: FinishedGrowth) async {
        do throws(JournalError) {
            guard let id = try await entry.id() else { return }
            // What was decided is told before what came of it.
            try await withDecisions { decisions throws(JournalError) in
                try await books.finish(id, finished, in: container(on: finished.order.volume), after: decisions)
            }
        } catch {
            stopGrowing(error)
        }
    }
}
