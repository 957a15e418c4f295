// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Units
import YAML

extension Reader {
    /// `rules`, in order.
    mutating func volumes(_ field: Field?) -> [VolumeRule] {
        var rules: [VolumeRule] = []
        var names: [String: Mark] = [:]
        var earlier: [(match: VolumeMatch, mark: Mark)] = []
        for node in list(field) {
            let before = errors
            let fields = fields(node, of: .rule)
            let rule = volume(fields, number: rules.count + 1)
            let mark = (fields["name"]?.value ?? node).mark
            if let first = names[rule.name] {
                error(
                    at: mark, "the rule at \(first) is called `\(rule.name.shown)` too: give each its own name")
            }
            names[rule.name] = names[rule.name] ?? mark
            // A match with a mistake in it is wider than it was meant.
            if errors == before {
                if let cover = earlier.first(where: { Reach.covers($0.match, rule.match) }) {
                    warning(
                        at: node.mark,
                        "`\(rule.name.shown)` never holds: the rule at \(cover.mark) comes first and matches all that it does"
                    )
                }
                earlier.append((rule.match, node.mark))
            }
            rules.append(rule)
        }
        return rules
    }

    private mutating func volume(_ fields: Fields, number: Int) -> VolumeRule {
        var rule = VolumeRule(name: name(fields["name"]) ?? "rule \(number)")
        if let match = fields["match"] { rule.match = self.match(match.value) }
        rule.mode = word(fields["mode"], of: Mode.allCases.map(\.rawValue)).flatMap(Mode.init)
        shares(fields, into: &rule)
        steps(fields, into: &rule)
        sizes(fields, into: &rule)
        rule.maximumShare = share(fields["maximum_share"], example: "50%", within: .aboveZeroToOne) ?? rule.maximumShare
        rule.cooldown = duration(fields["cooldown"], example: "10m") ?? rule.cooldown
        _ = duration(fields["horizon"], example: "10m")
        _ = whole(fields["priority"], example: "0")
        _ = multiple(fields["weight"], example: "1")
        for key in ["horizon", "priority", "weight"] { hasNoEffect(fields[key]) }
        return rule
    }

    private mutating func name(_ field: Field?) -> String? {
        guard let field, let name = text(field, example: "databases") else { return nil }
        if !name.isEmpty, name.unicodeScalars.count <= 128,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        {
            return name
        }
        error(at: field.value.mark, "`name` is one line of 1 to 128 characters: write one such as `databases`")
        return nil
    }

    private mutating func match(_ node: YAMLNode) -> VolumeMatch {
        var match = VolumeMatch()
        let fields = fields(node, of: .ruleMatch)
        match.owner = owner(fields["owner"])
        match.container = glob(fields["container"])
        match.image = glob(fields["image"])
        match.volume = glob(fields["volume"])
        match.pool = glob(fields["pool"])
        match.volumeGroup = glob(fields["vg"])
        match.logicalVolume = glob(fields["lv"])
        match.tag = glob(fields["tag"])
        if let labels = fields["labels"] {
            for entry in entries(of: labels.value, called: "`labels`", keys: ["tier"]) {
                match.labels[entry.key] = glob(Field(key: entry.key, mark: entry.keyMark, value: entry.value))
            }
        }
        return match
    }

    private mutating func owner(_ field: Field?) -> Glob? {
        guard let field, let glob = glob(field) else { return nil }
        if !OwnerNames.all.contains(where: glob.matches) {
            let near = KeyAdvice.nearest(to: glob.pattern.lowercased(), among: OwnerNames.all)
            let advice = near.map { "did you mean `\($0)`?" } ?? "owners are \(OwnerNames.all.joined(separator: ", "))"
            warning(at: field.value.mark, "no owner is called `\(glob.pattern.shown)`, so this rule never holds: \(advice)")
        }
        return glob
    }

    private mutating func shares(_ fields: Fields, into rule: inout VolumeRule) {
        let before = errors
        rule.threshold = share(fields["threshold"], example: "80%", within: .aboveZeroToOne) ?? rule.threshold
        // A low threshold alone is enough said: a target that is left out stays below it.
        let unsaid = min(rule.target, VolumeRule.target(below: rule.threshold))
        rule.target = share(fields["target"], example: "60%", within: .aboveZeroToOne) ?? unsaid
        guard errors == before, rule.target >= rule.threshold else { return }
        let advice =
            "growth must bring a volume below its threshold: write a `target` below \(rule.threshold), or a higher `threshold`"
        complain(
            fields, lower: "target", "\(rule.target)", upper: "threshold", "\(rule.threshold)", relation: "is not below", advice)
    }

    private mutating func steps(_ fields: Fields, into rule: inout VolumeRule) {
        let before = errors
        rule.minimumStep = size(fields["minimum_step"], example: "256MiB", orZero: true) ?? rule.minimumStep
        rule.maximumStep = size(fields["maximum_step"], example: "50GiB") ?? rule.maximumStep
        guard errors == before, rule.minimumStep > rule.maximumStep else { return }
        complain(
            fields, lower: "minimum_step", "\(rule.minimumStep)", upper: "maximum_step", "\(rule.maximumStep)",
            relation: "is above",
            "write a `minimum_step` of at most \(rule.maximumStep), or a `maximum_step` of at least \(rule.minimumStep)")
    }

    private mutating func sizes(_ fields: Fields, into rule: inout VolumeRule) {
        rule.minimumSize = size(fields["minimum_size"], example: "40GiB")
        rule.maximumSize = size(fields["maximum_size"], example: "200GiB")
        guard let least = rule.minimumSize, let most = rule.maximumSize, least > most else { return }
        complain(
            fields, lower: "minimum_size", "\(least)", upper: "maximum_size", "\(most)", relation: "is above",
            "write a `minimum_size` of at most \(most), or a `maximum_size` of at least \(least)")
    }

    /// Two keys in the wrong order, at the one that stands later in the file. One that is left out is named as such.
    private mutating func complain(
        _ fields: Fields, lower: String, _ low: String, upper: String, _ high: String, relation: String, _ advice: String
    ) {
        let said = { (key: String, value: String) in "`\(key)` (\(value)\(fields[key] == nil ? " when left out" : ""))" }
        let mark = [lower, upper].compactMap { fields[$0]?.value.mark }.max() ?? fields.mark
        error(at: mark, "\(said(lower, low)) \(relation) \(said(upper, high)): \(advice)")
    }
}
