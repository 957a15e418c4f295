// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Units
import YAML

/// `alerts`: what alerts set, once somebody sends them.
extension Reader {
    private static let actions = ["grow", "hold", "pin", "pause", "exceed-reserve"]

    mutating func alerts(_ field: Field?) -> [AlertRule] {
        var rules: [AlertRule] = []
        for node in list(field) {
            guard let rule = alert(node) else { continue }
            if rules.contains(where: { $0.labels == rule.labels }) {
                warning(at: node.mark, "an entry above has the same `match`, so this one never acts: the first one does")
            }
            rules.append(rule)
        }
        return rules
    }

    /// Nil when something is wrong with it.
    private mutating func alert(_ node: YAMLNode) -> AlertRule? {
        let before = errors
        let fields = fields(node, of: .alert)
        let labels = alertMatch(fields["match"], in: node)
        let word = word(fields["action"], of: Reader.actions)
        if fields["action"] == nil, node.mapping != nil {
            error(at: node.mark, "this alert has no `action`: write one of \(Reader.actions.joined(separator: ", "))")
        }
        let amount = amount(fields, action: word, at: node.mark)
        let pin = pin(fields["pin"], action: word, at: node.mark)
        let target = target(fields["target"], action: word)
        let longest = word == "exceed-reserve" ? AlertRule.day : .seconds(366 * 86_400)
        let lasting = duration(
            fields["for"], example: "2h", within: .seconds(1)...longest, limits: "between 1s and \(longest.text)")
        let cooldown = duration(
            fields["cooldown"], example: "10m", within: .zero...AlertRule.longestCooldown,
            limits: "at most \(AlertRule.longestCooldown.text)")
        let total = size(fields["maximum_total"], example: "100GiB")
        guard errors == before, let action = action(word, amount, pin) else { return nil }
        var rule = AlertRule(labels: labels, action: action, target: target)
        rule.lasting = lasting ?? rule.lasting
        rule.cooldown = cooldown ?? rule.cooldown
        rule.maximumTotal = total ?? rule.maximumTotal
        return rule
    }

    private func action(_ word: String?, _ amount: AlertAmount?, _ pin: Override.Pin?) -> AlertAction? {
        switch word {
        case "grow": amount.map { .grow($0) }
        case "exceed-reserve": amount.map { .exceedReserve($0) }
        case "hold": .hold
        case "pause": .pause
        case "pin": pin.map { .pin($0) }
        default: nil
        }
    }

    private mutating func alertMatch(_ field: Field?, in node: YAMLNode) -> [String: Glob] {
        var labels: [YAMLNode.Entry] = []
        let before = errors
        if let field { labels = entries(of: field.value, called: "`match` of an alert", keys: ["alertname"]) }
        var globs: [String: Glob] = [:]
        for label in labels { globs[label.key] = glob(Field(key: label.key, mark: label.keyMark, value: label.value)) }
        if labels.isEmpty, errors == before, node.mapping != nil {
            error(at: field?.mark ?? node.mark, "this alert matches no label: write `match: {alertname: ...}`")
        }
        return globs
    }

    /// Nil where it is left out.
    private mutating func target(_ field: Field?, action: String?) -> AlertTarget? {
        guard let field else { return nil }
        let before = errors
        let fields = fields(field.value, of: .alertTarget)
        let named = Section.alertTarget.keys.compactMap { fields[$0] }
        for label in named {
            guard let name = text(label, example: label.key), !Reader.isLabelName(name) else { continue }
            error(
                at: label.value.mark,
                "`\(name.shown)` is not the name of a label: write which label names the \(label.key), such as `\(label.key)`")
        }
        guard named.count == 1, let only = named.first else {
            if errors == before {
                error(
                    at: field.mark,
                    "`target` says which one label names the volume: write one of `volume`, `container`, `pool`")
            }
            return nil
        }
        guard let label = only.value.scalar?.text else { return nil }
        switch (only.key, action) {
        case ("pool", "grow"), ("pool", "exceed-reserve"):
            error(at: only.mark, "a pool is not grown by an alert: write `volume` or `container`, or another action")
        case ("volume", "pause"), ("container", "pause"):
            error(at: only.mark, "`action: pause` is for a pool: write `pool`, or `action: hold`")
        default: break
        }
        switch only.key {
        case "pool": return .pool(label: label)
        case "container": return .container(label: label)
        default: return .volume(label: label)
        }
    }

    /// `by` or `to`, for growth and nothing else.
    private mutating func amount(_ fields: Fields, action: String?, at mark: Mark) -> AlertAmount? {
        var amount: AlertAmount?
        if let by = fields["by"], let text = by.value.scalar?.text {
            if text.contains("%") {
                amount = share(by, example: "20%", within: .aboveZero).map { .byShare($0) }
            } else {
                amount = size(by, example: "10GiB").map { .by($0) }
            }
        } else {
            _ = text(fields["by"], example: "20%")
        }
        if let to = size(fields["to"], example: "42GiB") { amount = .to(to) }
        guard let action else { return nil }
        let given = [fields["by"], fields["to"]].compactMap { $0 }
        let grows = action == "grow" || action == "exceed-reserve"
        if grows, given.count != 1 {
            error(at: given.last?.mark ?? mark, "`action: \(action)` takes one of `by` and `to`: write `by: 20%`, say")
        } else if !grows, let extra = given.first {
            error(at: extra.mark, "`\(extra.key)` is for `action: grow`: leave it out, or change the action")
        }
        return amount
    }

    private mutating func pin(_ field: Field?, action: String?, at mark: Mark) -> Override.Pin? {
        guard let field else {
            if action == "pin" { error(at: mark, "`action: pin` says what is pinned: write `pin: {threshold: 90%}`, say") }
            return nil
        }
        if let action, action != "pin" {
            error(at: field.mark, "`pin` is for `action: pin`: leave it out, or change the action")
            return nil
        }
        let before = errors
        let fields = fields(field.value, of: .alertPin)
        let pin = Override.Pin(
            threshold: share(fields["threshold"], example: "90%", within: .aboveZeroToOne),
            target: share(fields["target"], example: "70%", within: .aboveZeroToOne),
            maximumSize: size(fields["maximum_size"], example: "50GiB"))
        guard errors == before else { return nil }
        if let threshold = pin.threshold, let target = pin.target, target >= threshold {
            error(at: field.mark, "a `target` of \(target) is not below the `threshold` of \(threshold): write a lower one")
        } else if pin == Override.Pin() {
            error(at: field.mark, "nothing is pinned: write `threshold`, `target` or `maximum_size`")
        }
        return pin
    }

    /// [a-zA-Z_][a-zA-Z0-9_]*, as Prometheus has it.
    static func isLabelName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
        }
    }
}
