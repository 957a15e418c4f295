// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Inventory
import Units

/// How much larger a filesystem should be by its rule and the burst guarantee, before anything limits it.
struct Wish {
    private(set) var needs: [Need] = []
    private(set) var findings: [Finding] = []
    /// What should be added to the space that can be written, at least.
    private(set) var usable = Bytes.zero
    /// As much of that as is for more than a burst that may never come.
    private(set) var firm = Bytes.zero
    let isFilling: Bool

    init(for usage: FilesystemUsage, size: Bytes, rule: VolumeRule, past: VolumeHistory, reckoning: PoolReckoning) {
        isFilling = past.rate > .zero
        threshold(usage, rule: rule)
        burst(usage, reckoning: reckoning)
        minimumSize(size, rule: rule)
        guard !needs.isEmpty else { return }
        // A fast writer's step lasts for some seconds, whatever the target says.
        want(past.rate.amount(in: Wish.lasting).less(usage.available))
        // A burst is there as far as it goes on at the pace that is seen until the growth after this one.
        firm = max(firm, min(usable, past.rate.amount(in: reckoning.reaction + Wish.lasting).less(usage.available)))
    }

    private mutating func want(_ amount: Bytes) {
        firm = max(firm, amount)
        usable = max(usable, amount)
    }

    private mutating func threshold(_ usage: FilesystemUsage, rule: VolumeRule) {
        let share = Ratio(usage.used, of: usage.size)
        let fact = "\(usage.used) of \(usage.size) are used, \(share)"
        guard share >= rule.threshold else {
            findings.append(Finding("threshold", "\(fact): below \(rule.threshold)", speaksFor: false))
            return
        }
        needs.append(.threshold)
        let goal = rule.target.whole(ofPart: usage.used) ?? usage.size
        want(goal.less(usage.size))
        findings.append(Finding("threshold", "\(fact): at or above \(rule.threshold); target \(rule.target)", speaksFor: true))
    }

    private mutating func burst(_ usage: FilesystemUsage, reckoning: PoolReckoning) {
        let room = reckoning.burstRoom
        let origin = reckoning.fillRateWasSeen ? "the fastest fill seen in this pool" : "the assumed fill rate"
        let fact =
            "\(usage.available) are free; the burst guarantee asks for \(room): \(reckoning.fillRate) (\(origin))"
            + " for \(reckoning.reaction.text) (one look and one growth, with margin)"
        guard usage.available < room else {
            findings.append(Finding("burst", fact, speaksFor: false))
            return
        }
        needs.append(.burst)
        // A quarter more, so that the next few writes do not ask again.
        usable = max(usable, room + Bytes(room.count / 4).less(usage.available))
        findings.append(Finding("burst", fact, speaksFor: true))
    }

    private mutating func minimumSize(_ size: Bytes, rule: VolumeRule) {
        guard let minimum = rule.minimumSize else { return }
        guard size < minimum else {
            findings.append(Finding("minimum_size", "\(size) is at least \(minimum)", speaksFor: false))
            return
        }
        needs.append(.minimumSize)
        want(minimum.less(size))
        findings.append(Finding("minimum_size", "\(size) is below \(minimum)", speaksFor: true))
    }

    /// How long a step should last at the rate the filesystem fills now.
    static let lasting = Duration.seconds(4)
}
