// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Inventory
import Units

/// One volume, before its decision.
struct VolumeCase {
    let volume: Volume
    let pool: Pool
    let rule: VolumeRule
    let mode: Mode
    let past: VolumeHistory
    let now: MonotonicTime
    let bar: Refusal?
    private let overrides: VolumeOverrides
    /// Its device is to be given its length back.
    private let breach: Breach?
    private let mendingBar: Refusal?

    init(
        _ volume: Volume, in pool: Pool, rules: Rules, history: VolumeHistory, overrides: VolumeOverrides, isKept: Bool,
        now: MonotonicTime, twins: Twins
    ) {
        self.volume = volume
        self.pool = pool
        let choice = rules.choice(for: volume)
        rule = overrides.applied(to: choice.rule)
        self.overrides = overrides
        mode = rules.mode(of: choice)
        past = history
        self.now = now
        breach = Breach(of: volume, isKept: isKept)
        mendingBar = breach?.bar(twins: twins)
        bar =
            mendingBar ?? breach.map { Refusal.broken(volume, $0.size) } ?? Refusal.bar(on: volume, twins: twins)
            ?? Refusal.bar(on: volume, choice)
    }

    /// Who is being written to comes first, then who has least free. The name settles what is left, so that the order of
    /// the snapshot does not matter.
    static func isMoreUrgent(_ a: VolumeCase, _ b: VolumeCase) -> Bool {
        let (aBusy, bBusy) = (a.past.rate > .zero, b.past.rate > .zero)
        if aBusy != bBusy { return aBusy }
        let (aFree, bFree) = (a.volume.usage?.available ?? Bytes(.max), b.volume.usage?.available ?? Bytes(.max))
        return (aFree, a.volume.name) < (bFree, b.volume.name)
    }

    /// Decides, and takes what is granted off the pool's headroom.
    func decide(_ reckoning: inout PoolReckoning) -> Decision {
        var decision = Decision(
            volume: volume.identity, rule: rule.name, mode: mode, verdict: .content, isFilling: past.rate > .zero)
        decision.fullIn = volume.usage.flatMap { past.pace.time(toFill: $0.available) }
        decision.findings = overrides.findings
        if let size = volume.filesystem?.geometry?.size, let wish = overrides.growth(beyond: size), breach == nil {
            carryOut(wish.override, to: wish.to, &decision, &reckoning)
            return decision
        }
        if mode == .off {
            let off = Refusal(.off, "rule `\(rule.name)` says mode off", hint: "change the rule's mode")
            decision.verdict = .barred(off)
            return decision
        }
        if mode == .enforce, let breach {
            mend(breach, &decision, reckoning)
            return decision
        }
        guard let usage = volume.usage, let filesystem = volume.filesystem, let geometry = filesystem.geometry else {
            decision.verdict = bar.map(Decision.Verdict.barred) ?? .content
            return decision
        }
        let wish = Wish(for: usage, size: geometry.size, rule: rule, past: past, reckoning: reckoning)
        decision.findings += wish.findings
        if let bar, bar.reason != .doubtful {
            decision.findings.append(Finding(bar.reason.rawValue, bar.text, speaksFor: false))
            let isWanted = !wish.needs.isEmpty && bar.reason != .parent
            decision.needs = isWanted ? wish.needs : []
            decision.verdict = isWanted ? .refused(bar) : .barred(bar)
            return decision
        }
        if volume.size > geometry.size {
            decision.findings.append(
                Finding("runway", "the device has \(volume.size.less(geometry.size)) beyond the filesystem, which cost nothing"))
        }
        guard let reason = wish.needs.first else {
            decision.runway = runway(geometry, reckoning: reckoning)
            return decision
        }
        decision.needs = wish.needs
        do throws(Refusal) {
            if let bar { throw bar }
            try holdBack(reckoning)
            let sizing = Sizing(
                volume: volume, geometry: geometry, rule: rule, reckoning: reckoning, exceeding: overrides.exceeding)
            let order = try sizing.order(reason, wish)
            decision.findings += sizing.findings(about: order)
            if mode == .enforce { reckoning.grant(order) }
            decision.verdict = mode == .enforce ? .grow(order) : .wouldGrow(order)
        } catch {
            decision.findings.append(Finding(error.reason.rawValue, error.text, speaksFor: false))
            decision.verdict = .refused(error)
            if error.reason != .busy { decision.runway = runway(geometry, reckoning: reckoning) }
        }
        return decision
    }

    /// What somebody asked for once is done in every mode; the share that keeps a runaway from taking the pool, and the
    /// cooldown, are not for him.
    private func carryOut(_ wish: Override, to size: Bytes, _ decision: inout Decision, _ reckoning: inout PoolReckoning) {
        guard let geometry = volume.filesystem?.geometry else { return }
        decision.needs = [.manual]
        do throws(Refusal) {
            if let bar { throw bar }
            try holdBackAnything(reckoning)
            let exceeding = overrides.exceeding ?? (wish.left > .zero ? wish : nil)
            let sizing = Sizing(volume: volume, geometry: geometry, rule: rule, reckoning: reckoning, exceeding: exceeding)
            var order = try sizing.order(to: size)
            order.asked = wish.asked
            order.wish = wish.id
            decision.findings += sizing.findings(about: order)
            reckoning.grant(order)
            decision.verdict = .grow(order)
        } catch {
            decision.findings.append(Finding(error.reason.rawValue, error.text, speaksFor: false))
            decision.verdict = .refused(error)
        }
    }

    /// A longer device takes nothing from the pool, so no bound of the rules stands against it.
    private func mend(_ breach: Breach, _ decision: inout Decision, _ reckoning: PoolReckoning) {
        decision.needs = [.broken]
        decision.findings += [Finding("broken", Refusal.broken(volume, breach.size).text, speaksFor: true)]
        do throws(Refusal) {
            if let mendingBar { throw mendingBar }
            try holdBackAnything(reckoning)
            decision.verdict = .grow(breach.order)
        } catch {
            decision.findings.append(Finding(error.reason.rawValue, error.text, speaksFor: false))
            decision.verdict = .refused(error)
        }
    }

    /// What holds for any growth of this volume now, whatever its size.
    private func holdBack(_ reckoning: PoolReckoning) throws(Refusal) {
        try holdBackAnything(reckoning)
        if let last = past.lastGrowth, now.since(last) < rule.cooldown {
            throw Refusal(
                .cooldown, "grown \(now.since(last).text) ago; the cooldown is \(rule.cooldown.text)",
                hint: "wait, or lower `cooldown`")
        }
    }

    /// What holds for any step on this volume now.
    private func holdBackAnything(_ reckoning: PoolReckoning) throws(Refusal) {
        if let poolBar = reckoning.bar { throw poolBar }
        if let stop = overrides.stop { throw .stopped(volume.name, by: stop) }
        if let running = past.running {
            throw Refusal(.busy, "a growth to \(running.to) is under way", hint: "wait for it")
        }
        if let attempt = past.lastAttempt, volume.seenAt <= attempt {
            throw Refusal(.busy, "it was not looked at since its last growth", hint: "nothing to do: the next look is under way")
        }
        if let retryAt = past.retryAt, now < retryAt {
            throw Refusal(
                .backoff,
                "the last growth failed (\(past.failures) in a row), next try in \(retryAt.since(now).text)"
                    + (past.lastFailure.map { ": \($0)" } ?? ""),
                hint: "see the log for the step that failed")
        }
    }

    /// A longer device under the same filesystem, when the runway is short and nothing is under way.
    private func runway(_ geometry: FilesystemGeometry, reckoning: PoolReckoning) -> Sectors? {
        guard mode == .enforce, bar == nil, (try? holdBack(reckoning)) != nil else { return nil }
        let sizing = Sizing(volume: volume, geometry: geometry, rule: rule, reckoning: reckoning)
        return sizing.runwayIsShort ? sizing.deviceLength(for: geometry.size) : nil
    }
}
