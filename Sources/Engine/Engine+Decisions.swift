// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Journal
import Logging
import Policy
import Units

/// What was decided anew is told: counted, logged, and written down with its reason.
extension Engine {
    /// So many decisions wait for the next whole look to be written down; the oldest go first.
    static let decisionsWaiting = 1_000

    func note(_ plan: Plan, before: Plan?, about names: Set<DeviceName>?) {
        var old: [VolumeIdentity: Decision] = [:]
        for decision in before?.decisions ?? [] where names?.contains(decision.volume.name) ?? true {
            old[decision.volume] = decision
        }
        for (index, decision) in plan.decisions.enumerated() where names?.contains(decision.volume.name) ?? true {
            let former = old[decision.volume]
            if case .refused(let refusal) = decision.verdict { note(refusal, of: decision, before: former) }
            noteWaiting(decision)
            writeDown(decision, before: former, at: index)
        }
        if names == nil {
            let present = Set(plan.decisions.map(\.volume))
            current.refusedSince = current.refusedSince.filter { present.contains($0.key) }
        }
    }

    /// Since when a wish waits: for as long as it is refused, whatever the reason.
    private func noteWaiting(_ decision: Decision) {
        if let refusal = decision.refusal, refusal.reason != .busy {
            if current.refusedSince[decision.volume] == nil { current.refusedSince[decision.volume] = .now() }
        } else if !current.refusedSince.isEmpty {
            current.refusedSince[decision.volume] = nil
        }
    }

    private func note(_ refusal: Refusal, of decision: Decision, before: Decision?) {
        // A growth under way is no refusal to anyone outside.
        guard refusal.reason != .busy, before?.refusal?.reason != refusal.reason else { return }
        current.refusals[decision.volume.poolName, default: [:]][refusal.reason, default: 0] += 1
        logger.log(
            level: decision.isNews ? .warning : .debug,
            "\(decision.volume.name) should be larger and is not grown: \(refusal.text)",
            metadata: ["volume": "\(decision.volume.name)", "reason": "\(refusal.reason.rawValue)"])
    }

    /// `index`: where the volume stands in the snapshot.
    private func writeDown(_ decision: Decision, before: Decision?, at index: Int) {
        guard books.isKept else { return }
        let former = before?.entry
        var new: JournaledDecision?
        if let entry = decision.entry {
            if decision.isNews, entry.reason != former?.reason { new = entry }
        } else if case .content = decision.verdict, let former, former.verdict == .refused {
            // What was refused and is no longer wanted has come to an end, too.
            new = JournaledDecision(decision, .content, former.reason, "it is large enough again")
        }
        guard var new else { return }
        if let snapshot, snapshot.volumes.indices.contains(index), snapshot.volumes[index].identity == decision.volume {
            new.container = snapshot.volumes[index].namedContainer
        }
        add(new)
    }

    private func add(_ decision: JournaledDecision) {
        if unwritten.count >= Engine.decisionsWaiting { unwritten.removeFirst() }
        unwritten.append(decision)
    }

    /// A person's wish that was not granted.
    func writeDown(_ refusal: Refusal, of volume: Volume, _ asked: Asked) async {
        guard books.isKept else { return }
        var decision = JournaledDecision(
            time: .now(), volume: volume.name, pool: volume.poolName, verdict: .refused, reason: refusal.reason.rawValue,
            text: refusal.text)
        decision.asked = asked
        decision.container = volume.namedContainer
        add(decision)
        await writeDecisions()
    }

    /// Seldom, since each time waits for the disk.
    func writeDecisions() async {
        guard !unwritten.isEmpty, !isJournalBroken else { return }
        do throws(JournalError) {
            try await withDecisions { decisions throws(JournalError) in try await books.record(decisions) }
        } catch {
            stopGrowing(error)
        }
    }

    /// Has the decisions that wait written down with something else; what is not written waits on.
    func withDecisions(_ write: ([JournaledDecision]) async throws(JournalError) -> Void) async throws(JournalError) {
        let decisions = unwritten
        unwritten = []
        do throws(JournalError) {
            try await write(decisions)
        } catch {
            unwritten = Array((decisions + unwritten).suffix(Engine.decisionsWaiting))
            throw error
        }
    }
}

extension Decision {
    fileprivate var refusal: Refusal? { if case .refused(let refusal) = verdict { refusal } else { nil } }

    /// As it is written down; nil for what nobody asks about later.
    fileprivate var entry: JournaledDecision? {
        switch verdict {
        case .content, .barred: return nil
        case .grow(let order): return JournaledDecision(self, .grow, order)
        case .wouldGrow(let order): return JournaledDecision(self, .wouldGrow, order)
        case .refused(let refusal):
            return refusal.reason == .busy ? nil : JournaledDecision(self, .refused, refusal.reason.rawValue, refusal.text)
        }
    }
}

extension JournaledDecision {
    fileprivate init(_ decision: Decision, _ verdict: Verdict, _ reason: String, _ text: String) {
        self.init(
            time: .now(), volume: decision.volume.name, pool: decision.volume.poolName, verdict: verdict, reason: reason,
            text: text)
    }

    fileprivate init(_ decision: Decision, _ verdict: Verdict, _ order: Order) {
        self.init(decision, verdict, order.reason.rawValue, "from \(order.from) to \(order.to)")
        (before, after) = (order.from, order.to)
    }
}
