// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Owners
import Policy
import Units

/// What alerts say.
extension NoticeTerms {
    func labels(of condition: Condition, _ key: Condition.Key) -> [String: String] {
        labels(
            key.kind.alertName, condition.severity, pool: key.pool, volume: key.volume, reason: condition.reason,
            owner: condition.owner)
    }

    func annotations(of condition: Condition) -> [String: String] {
        annotations(
            summary: "\(condition.subject) on \(instance) \(condition.predicate)", description: condition.description)
    }

    /// Not the reason: growths of one volume are one alert, whatever each was for.
    func labels(of growth: FinishedGrowth, owner: Owner?) -> [String: String] {
        labels(
            growth.failure == nil ? "HeadroomGrew" : "HeadroomGrowthFailed", growth.failure == nil ? .info : .warning,
            pool: growth.order.volume.poolName, volume: growth.order.volume.name, reason: "", owner: owner)
    }

    func annotations(of growth: FinishedGrowth, _ spell: GrowthSpell) -> [String: String] {
        let order = growth.order
        let name = "\(order.volume.name) on \(instance)"
        if let failure = growth.failure {
            let times = spell.count == 1 ? "" : ", \(spell.count) times"
            return annotations(
                summary: "Volume \(name) could not be grown to \(order.to)\(times).",
                description: """
                    It failed at \(failure). It is tried again in a while. What to do: `headroom explain \(order.volume.name)` and \
                    the daemon's log say more.
                    """)
        }
        if order.reason == .broken {
            return annotations(
                summary: "The device of volume \(name) got its length back, \(order.deviceTo.bytes).",
                description:
                    "It had become shorter than its filesystem, most likely made anew by its owner. Nothing is to be done.")
        }
        let times = spell.count == 1 ? "" : " in \(spell.count) steps"
        return annotations(
            summary: "Volume \(name) was grown from \(spell.from) to \(growth.reached)\(times).",
            description: "\(order.why). \(order.limitedBy.map { "More was wanted: \($0.advice)" } ?? "Nothing is to be done.")")
    }

    private func labels(
        _ name: String, _ severity: Severity, pool: DeviceName, volume: DeviceName?, reason: String, owner: Owner?
    ) -> [String: String] {
        var labels = self.labels
        labels["alertname"] = name
        labels["severity"] = severity.rawValue
        labels["instance"] = instance
        labels["pool"] = pool.description
        labels["volume"] = volume?.description
        labels["reason"] = reason
        labels["owner"] = owner?.name
        labels["container"] = owner?.container.map { $0.name ?? $0.id }
        labels[Alert.oursLabel] = Alert.oursValue
        return labels.compactMapValues { $0.isEmpty ? nil : $0.cut(NoticeBoard.Limits.label) }
    }

    private func annotations(summary: String, description: String) -> [String: String] {
        ["summary": summary, "description": description].mapValues { $0.cut(NoticeBoard.Limits.annotation) }
    }
}

extension Refusal {
    /// Two sentences.
    var advice: String { "\(text). What to do: \(hint)." }
}

extension Order {
    /// Why it was made, as a sentence without its end.
    fileprivate var why: String {
        switch reason {
        case .threshold: "Used had reached its rule's threshold"
        case .burst: "It was being written to, and had less free than the burst guarantee asks for"
        case .minimumSize: "It was smaller than its rule's minimum size"
        case .manual: "Asked for by \(asked?.author ?? "somebody")\(asked?.reason.map { " (\($0))" } ?? "")"
        case .broken: "Its device had become shorter than its filesystem"
        }
    }
}

extension String {
    /// At most so many characters of Unicode's, as its beginning.
    fileprivate func cut(_ most: Int) -> String {
        guard unicodeScalars.count > most else { return self }
        return String(String.UnicodeScalarView(unicodeScalars.prefix(most)))
    }
}
