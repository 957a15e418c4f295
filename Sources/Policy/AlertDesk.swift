// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// What is known of the alerts that came in: deliveries are repeated, come late and in any order, and no alert may act twice
/// or grant more than its rule allows. A value: nothing in it waits or is written.
public struct AlertDesk: Sendable, Hashable {
    /// By fingerprint, the latest time that each fired.
    public private(set) var cases: [String: AlertCase] = [:]
    /// What alerts have set, as far back as a cap or a cooldown may ask.
    public private(set) var grants: [AlertGrant] = []

    public enum Limits {
        /// Alerts that are remembered; what acted is kept before what did not, and what came last before what came first.
        public static let cases = 10_000
        /// A start later than this from now is nobody's true clock.
        public static let ahead = Duration.seconds(3600)
        public static let fingerprintBytes = 200
    }

    public init(cases: some Sequence<AlertCase> = [], grants: some Sequence<AlertGrant> = []) {
        for one in cases { self.cases[one.key.fingerprint] = one }
        self.grants = Array(grants)
    }

    /// What is to be done about an alert: pure.
    public enum Judgement: Sendable, Hashable {
        case act(AlertRule)
        /// What it had set is over with it.
        case lift(OverrideID)
        /// Nothing; why not.
        case nothing(AlertResult)
    }

    public func judge(_ alert: Alert, by rules: [AlertRule], now: WallTime) -> Judgement {
        guard !alert.isOurs else { return .nothing(.own) }
        guard alert.key.startsAt.seconds <= now.seconds + Limits.ahead.seconds else { return .nothing(.invalid) }
        let known = cases[alert.key.fingerprint]
        if let known, alert.key.startsAt < known.key.startsAt { return .nothing(.stale) }
        let isSame = known?.key == alert.key
        switch alert.status {
        case .resolved:
            if isSame, known?.isOver ?? false { return .nothing(.over) }
            // The end of a later firing is the end of an earlier one, too, whose end was lost.
            return known?.override.map { .lift($0) } ?? .nothing(.over)
        case .firing:
            if isSame { return .nothing(known?.isOver ?? false ? .stale : .known) }
            return rules.first { $0.matches(alert) }.map { .act($0) } ?? .nothing(.unmatched)
        }
    }

    /// Why an alert's rule grants no more now: on this target, by its cooldown; or so many bytes, by its cap.
    public enum Bar: Sendable, Hashable {
        case coolingDown(left: Duration)
        case capped(granted: Bytes)
    }

    public func bar(on target: String, by rule: AlertRule, granting bytes: Bytes, now: WallTime) -> Bar? {
        let own = grants.filter { $0.rule == rule.name }
        if let last = own.filter({ $0.target == target }).map(\.time).max() {
            let left = rule.cooldown.seconds - (now.seconds - last.seconds)
            if left > 0 { return .coolingDown(left: .seconds(left)) }
        }
        guard bytes > .zero else { return nil }
        let granted = own.filter { now.seconds - $0.time.seconds < AlertRule.day.seconds }.map(\.bytes).sum()
        return rule.maximumTotal.less(granted) < bytes ? .capped(granted: granted) : nil
    }

    // MARK: What happened

    /// It has set an override. What comes back is gone from memory, to be forgotten elsewhere too.
    @discardableResult
    public mutating func acted(
        _ alert: Alert, by rule: AlertRule, setting override: OverrideID, on target: String, granting bytes: Bytes, now: WallTime
    ) -> [AlertCase] {
        let gone = put(AlertCase(key: alert.key, override: override, isOver: false, seen: now))
        forgetGrants(before: now)
        grants.append(AlertGrant(override: override, rule: rule.name, target: target, time: now, bytes: bytes))
        return gone
    }

    /// It is over, whether it had set something or not: should its beginning come late, it comes too late.
    @discardableResult
    public mutating func ended(_ alert: Alert, now: WallTime) -> [AlertCase] {
        put(AlertCase(key: alert.key, override: nil, isOver: true, seen: now))
    }

    /// It could not be set after all: all is as before it.
    public mutating func withdraw(_ override: OverrideID, of alert: Alert, before: AlertCase?) {
        grants.removeAll { $0.override == override }
        guard cases[alert.key.fingerprint]?.override == override else { return }
        cases[alert.key.fingerprint] = before
    }

    /// It is over and nothing of it was granted.
    public mutating func giveBack(_ override: OverrideID) { grants.removeAll { $0.override == override } }

    private mutating func put(_ one: AlertCase) -> [AlertCase] {
        cases[one.key.fingerprint] = one
        guard cases.count > Limits.cases else { return [] }
        // Seldom, and a tenth at once.
        let gone = cases.values.sorted(by: AlertCase.isMoreDispensable).prefix(cases.count - Limits.cases * 9 / 10)
        for old in gone { cases[old.key.fingerprint] = nil }
        return Array(gone)
    }

    private mutating func forgetGrants(before now: WallTime) {
        let longest = AlertRule.longestCooldown.seconds
        grants.removeAll { now.seconds - $0.time.seconds > longest }
    }
}

/// The latest time that an alert fired, as far as is known.
public struct AlertCase: Sendable, Hashable, Codable {
    public var key: AlertKey
    /// What it has set.
    public var override: OverrideID?
    public var isOver: Bool
    /// When it was last told.
    public var seen: WallTime

    static func isMoreDispensable(_ a: AlertCase, _ b: AlertCase) -> Bool {
        if a.isOver != b.isOver { return a.isOver }
        return (a.seen, a.key.fingerprint) < (b.seen, b.key.fingerprint)
    }
}

/// What an alert was allowed, for caps and cooldowns.
public struct AlertGrant: Sendable, Hashable, Codable {
    public var override: OverrideID
    public var rule: String
    /// The volume's or pool's name.
    public var target: String
    public var time: WallTime
    /// Zero for what grants no bytes.
    public var bytes: Bytes
}
