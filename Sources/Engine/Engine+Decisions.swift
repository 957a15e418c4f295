// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
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
        for decision in plan.decisions where names?.contains(decision.volume.name) ?? true {
            let former = old[decision.volume]
            if case .refused(let refusal) = decision.verdict { note(refusal, of: decision, before: former) }
            writeDown(decision, before: former)
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

    private func writeDown(_ decision: Decision, before: Decision?) {
        guard books.isKept else { return }
        let former = before?.entry
        if let entry = decision.entry {
            if decision.isNews, entry.reason != former?.reason { add(decision, entry.verdict, entry.reason, entry.text) }
        } else if case .content = decision.verdict, let former, former.verdict == .refused {
            // What was refused and is no longer wanted has come to an end, too.
            add(decision, .content, former.reason, "it is large enough again")
        }
    }

    private func add(_ decision: Decision, _ verdict: JournaledDecision.Verdict, _ reason: String, _ text: String) {
        if unwritten.count >= Engine.decisionsWaiting { unwritten.removeFirst() }
        unwritten.append(
            JournaledDecision(
                time: .now(), volume: decision.volume.name, pool: decision.volume.poolName, verdict: verdict, reason: reason,
                text: text))
    }

    /// Seldom, since each time waits for the disk.
    func writeDecisions() async {
        guard !unwritten.isEmpty, !isJournalBroken else { return }
        let decisions = unwritten
        unwritten = []
        do throws(JournalError) {
            try await books.record(decisions)
        } catch {
            unwritten = Array((decisions + unwritten).suffix(Engine.decisionsWaiting))
            stopGrowing(error)
        }
    }
}

extension Decision {
    fileprivate var refusal: Refusal? { if case .refused(let refusal) = verdict { refusal } else { nil } }

    /// As it is written down; nil for what nobody asks about later.
    fileprivate var entry: (verdict: JournaledDecision.Verdict, reason: String, text: String)? {
        switch verdict {
        case .content, .barred: nil
        case .grow(let order): (.grow, order.reason.rawValue, "from \(order.from) to \(order.to)")
        case .wouldGrow(let order): (.wouldGrow, order.reason.rawValue, "from \(order.from) to \(order.to)")
        case .refused(let refusal): refusal.reason == .busy ? nil : (.refused, refusal.reason.rawValue, refusal.text)
        }
    }
}
