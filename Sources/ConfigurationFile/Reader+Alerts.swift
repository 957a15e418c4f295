// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Units
import YAML

/// Alerts change nothing yet: their form is checked, so that a file written today is right tomorrow.
extension Reader {
    private static let actions = ["grow", "hold", "pin", "pause", "exceed-reserve"]

    mutating func alerts(_ field: Field?) {
        let nodes = list(field)
        for node in nodes { alert(node) }
        if !nodes.isEmpty { hasNoEffect(field) }
    }

    private mutating func alert(_ node: YAMLNode) {
        let fields = fields(node, of: .alert)
        alertMatch(fields["match"], in: node)
        let action = word(fields["action"], of: Reader.actions)
        if fields["action"] == nil, node.mapping != nil {
            error(at: node.mark, "this alert has no `action`: write one of \(Reader.actions.joined(separator: ", "))")
        }
        target(fields["target"])
        amount(fields, action: action, at: node.mark)
        _ = duration(fields["for"], example: "2h")
        _ = duration(fields["cooldown"], example: "10m")
        _ = size(fields["maximum_total"], example: "100GiB")
    }

    private mutating func alertMatch(_ field: Field?, in node: YAMLNode) {
        var labels: [YAMLNode.Entry] = []
        let before = errors
        if let field { labels = entries(of: field.value, called: "`match` of an alert", keys: ["alertname"]) }
        for label in labels { _ = glob(Field(key: label.key, mark: label.keyMark, value: label.value)) }
        if labels.isEmpty, errors == before, node.mapping != nil {
            error(at: field?.mark ?? node.mark, "this alert matches no label: write `match: {alertname: ...}`")
        }
    }

    private mutating func target(_ field: Field?) {
        guard let field else { return }
        let before = errors
        let fields = fields(field.value, of: .alertTarget)
        let named = Section.alertTarget.keys.compactMap { fields[$0] }
        for label in named {
            guard let name = text(label, example: label.key), !Reader.isLabelName(name) else { continue }
            error(
                at: label.value.mark,
                "`\(name.shown)` is not the name of a label: write which label names the \(label.key), such as `\(label.key)`")
        }
        if named.count != 1, errors == before {
            error(at: field.mark, "`target` says which one label names the volume: write one of `volume`, `container`, `pool`")
        }
    }

    /// `by` or `to`, for growth and nothing else.
    private mutating func amount(_ fields: Fields, action: String?, at mark: Mark) {
        if let by = fields["by"], let text = by.value.scalar?.text {
            if text.contains("%") { _ = share(by, example: "20%", within: .aboveZero) } else { _ = size(by, example: "10GiB") }
        } else {
            _ = text(fields["by"], example: "20%")
        }
        _ = size(fields["to"], example: "42GiB")
        guard let action else { return }
        let given = [fields["by"], fields["to"]].compactMap { $0 }
        if action == "grow", given.count != 1 {
            error(at: given.last?.mark ?? mark, "`action: grow` takes one of `by` and `to`: write `by: 20%`, say")
        } else if action != "grow", let extra = given.first {
            error(at: extra.mark, "`\(extra.key)` is for `action: grow`: leave it out, or change the action")
        }
    }

    /// [a-zA-Z_][a-zA-Z0-9_]*, as Prometheus has it.
    private static func isLabelName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
        }
    }
}
