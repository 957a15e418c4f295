// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Inventory
import Journal
import Logging
import Policy
import Units

/// Alerts as Alertmanager tells them: each acts at most once for each time that it fires, by the first entry of `alerts` in
/// the configuration that is for it, and what it set is lifted when it is over.
extension Engine {
    public func receive(_ delivery: AlertDelivery) async -> [AlertAnswer] {
        if snapshot == nil { await look(.everything) }
        var answers: [AlertAnswer] = []
        for alert in delivery.alerts {
            guard let alert else {
                answers.append(AlertAnswer(.invalid, "it is no alert with status, labels, fingerprint and startsAt"))
                continue
            }
            let answer = await receive(alert, delivery)
            tell(answer, of: alert)
            if !delivery.dryRun { await writeDown(journaled(alert, answer.result, answer.text, about: answer.override?.scope)) }
            answers.append(answer)
        }
        if !delivery.dryRun {
            for answer in answers { current.alerts[answer.result, default: 0] += 1 }
            publish()
        }
        return answers
    }

    public func noteUnreadableAlerts(_ complaint: String) async {
        current.unreadableAlerts += 1
        logger.warning("what was sent as alerts cannot be read: \(complaint)")
        publish()
        await writeDownUnreadable(complaint)
    }

    private func receive(_ alert: Alert, _ delivery: AlertDelivery) async -> AlertAnswer {
        guard knowsEarlierRuns else { return AlertAnswer(.notNow, "what earlier runs did is not known yet") }
        let now = WallTime.now()
        switch desk.judge(alert, by: rules.alerts, now: now) {
        case .nothing(let result):
            if !delivery.dryRun, result == .over, desk.cases[alert.key.fingerprint]?.key != alert.key { await noteEnd(of: alert) }
            return AlertAnswer(result, result.text)
        case .lift(let id):
            guard !delivery.dryRun else { return AlertAnswer(.planned, "what it had set would be lifted") }
            // The story is told in its order: the alert, then what came of it.
            await writeDown(journaled(alert, .lifted, "what it had set is lifted", about: overrides[id]?.override.scope))
            let lifted = await lift([id], asked: alert.asked)
            await noteEnd(of: alert)
            guard let override = lifted.first else {
                return AlertAnswer(.over, "it is over, and what it had set was gone before")
            }
            return AlertAnswer(.lifted, "\(override.scope.name) is no longer \(override.text)", override: override)
        case .act(let rule):
            do throws(AlertAnswer) { return try await act(upon: alert, by: rule, delivery, now) } catch { return error }
        }
    }

    /// Else an alert that has acted would act again.
    private var knowsEarlierRuns: Bool { if case .none = books { true } else { hasRecalled } }

    /// Its end is known from now on, should its beginning come once more.
    private func noteEnd(of alert: Alert) async {
        var changes = OverrideChanges()
        changes.forgotten = desk.ended(alert, now: .now())
        changes.cases = [desk.cases[alert.key.fingerprint]].compactMap(\.self)
        await keep(changes)
    }

    private func act(
        upon alert: Alert, by rule: AlertRule, _ delivery: AlertDelivery, _ now: WallTime
    ) async throws(AlertAnswer) -> AlertAnswer {
        if rule.action.needsBreakGlass, !delivery.mayBreakGlass {
            throw AlertAnswer(.forbidden, "`\(rule.name)` needs a token with the scope `break-glass`")
        }
        guard let snapshot else { throw AlertAnswer(.notNow, current.polls.lastError ?? "the host was not looked at yet") }
        let scope = try rule.scope(of: alert, in: snapshot)
        let kind = try rule.kind(for: scope, in: snapshot)
        let added = kind.added
        if let bar = desk.bar(on: scope.name, by: rule, granting: added, now: now) {
            throw AlertAnswer(bar, rule, on: scope.name, added)
        }
        guard standing.all.count(where: { $0.alert != nil }) < OverrideLimits.standingOfAlerts else {
            throw AlertAnswer(.refused, "\(OverrideLimits.standingOfAlerts) overrides of alerts stand already")
        }
        var override = Override(
            id: .random(), kind: kind.kind, scope: scope, asked: alert.asked, start: now,
            end: WallTime(seconds: now.seconds + rule.lasting.seconds))
        override.alert = alert.key
        if delivery.dryRun { return AlertAnswer(.planned, "\(scope.name): \(override.text)", override: override) }
        // Known before anything is waited for, so that the same alert, told twice at once, is known the second time.
        let before = desk.cases[alert.key.fingerprint]
        var changes = OverrideChanges()
        changes.forgotten = desk.acted(
            alert, by: rule, setting: override.id, on: scope.name, granting: added, now: now)
        changes.cases = [desk.cases[alert.key.fingerprint]].compactMap(\.self)
        changes.grants = desk.grants.filter { $0.override == override.id }
        changes.alerts = [journaled(alert, .set, "asks for `\(rule.name)`", about: scope)].compactMap(\.self)
        switch await establish(override, for: rule.lasting, with: changes) {
        case .changed: return AlertAnswer(.set, "\(scope.name): \(override.text)", override: override)
        case .refused(let refusal):
            withdraw(override, of: alert, before: before)
            throw AlertAnswer(refusal.reason == .journal ? .notNow : .refused, refusal.text)
        case .unknown(let text, _), .invalid(let text, _):
            withdraw(override, of: alert, before: before)
            throw AlertAnswer(.refused, text)
        }
    }

    private func withdraw(_ override: Override, of alert: Alert, before: AlertCase?) {
        desk.withdraw(override.id, of: alert, before: before)
        toldAlerts.forget(alert.key, .set)
    }

    private func tell(_ answer: AlertAnswer, of alert: Alert) {
        let isNews: Bool =
            switch answer.result {
            case .known, .over, .stale, .own, .planned, .unmatched: false
            case .set, .lifted, .unknownTarget, .coolingDown, .capped, .refused, .forbidden, .invalid, .notNow: true
            }
        logger.log(
            level: isNews ? .notice : .debug, "alert \(alert.name.shown) (\(alert.status.rawValue)): \(answer.text)",
            metadata: ["result": "\(answer.result.rawValue)", "fingerprint": "\(alert.key.fingerprint.shown)"])
    }
}

extension AlertRule {
    /// What the alert is about, by its exact name: what comes over the network is no pattern.
    fileprivate func scope(of alert: Alert, in snapshot: Snapshot) throws(AlertAnswer) -> Override.Scope {
        guard let name = alert.labels[target.label], !name.isEmpty else {
            throw AlertAnswer(.unknownTarget, "it has no label `\(target.label)`, which should name what it is about")
        }
        let shown = name.shown
        switch target {
        case .pool:
            guard let pool = snapshot.pools.first(where: { $0.name == DeviceName(name) }) else {
                throw AlertAnswer(.unknownTarget, "no pool of this host is called `\(shown)`")
            }
            return .pool(pool.name)
        case .volume:
            guard let volume = snapshot.volumes.first(where: { $0.name == DeviceName(name) }) else {
                throw AlertAnswer(.unknownTarget, "no volume of this host is called `\(shown)`")
            }
            return .volume(volume.identity)
        case .container:
            let found = snapshot.volumes.filter { volume in
                !volume.owner.isParent && [volume.owner.container?.name, volume.owner.container?.id].contains(name)
            }
            guard let volume = found.first, found.count == 1 else {
                let text = found.isEmpty ? "no container of this host" : "more than one container of this host"
                throw AlertAnswer(.unknownTarget, "\(text) is called `\(shown)`")
            }
            return .volume(volume.identity)
        }
    }

    /// What it sets for that.
    fileprivate func kind(for scope: Override.Scope, in snapshot: Snapshot) throws(AlertAnswer) -> AlertedKind {
        switch action {
        case .hold: return AlertedKind(kind: .hold)
        case .pause: return AlertedKind(kind: .pause)
        case .pin(let pin): return AlertedKind(kind: .pin(pin))
        case .grow(let amount), .exceedReserve(let amount):
            guard case .volume(let identity) = scope, let volume = snapshot.volumes.first(where: { $0.identity == identity }),
                let size = volume.filesystem?.geometry?.size
            else { throw AlertAnswer(.refused, "\(scope.name) is not mounted, and only a mounted filesystem is grown") }
            let to = amount.size(after: size)
            guard to > size else { throw AlertAnswer(.refused, "\(scope.name) has \(size) already, and is to have \(to)") }
            return AlertedKind(kind: .grow(to: to, exceedsReserve: action.needsBreakGlass), added: to.less(size))
        }
    }
}

/// What an alert sets, and how many bytes that may add.
private struct AlertedKind {
    var kind: Override.Kind
    var added = Bytes.zero
}

extension AlertAnswer: Error {
    fileprivate init(_ bar: AlertDesk.Bar, _ rule: AlertRule, on target: String, _ added: Bytes) {
        switch bar {
        case .coolingDown(let left):
            self.init(
                .coolingDown, "`\(rule.name)` has acted on \(target) already, and does so again in \(left.text) at the soonest")
        case .capped(let granted):
            self.init(
                .capped,
                "\(target) would get \(added), and of `maximum_total` \(rule.maximumTotal) of `\(rule.name)` \(granted) were"
                    + " granted within a day")
        }
    }
}

extension Alert {
    /// As the one who asks for what it sets.
    var asked: Asked {
        let reason = summary.map { $0.shown(OverrideLimits.reasonCharacters) } ?? ""
        return Asked(
            author: "alert \(name.shown)", source: .alert,
            reason: reason.isEmpty ? "firing since \(key.startsAt.iso8601Seconds)" : reason)
    }
}

extension AlertResult {
    /// Of what needs no more words.
    fileprivate var text: String {
        switch self {
        case .known: "it was acted upon when it was first told"
        case .over: "it is over, and nothing of it stands"
        case .stale: "a later word about it came before"
        case .unmatched: "no entry of `alerts` in the configuration is for it"
        case .own: "Headroom has told of it itself"
        case .invalid: "its startsAt is in the future"
        default: rawValue
        }
    }
}
