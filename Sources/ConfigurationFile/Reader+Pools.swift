// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Units
import YAML

extension Reader {
    /// `pools`, in order.
    mutating func pools(_ field: Field?) -> [PoolRule] {
        var rules: [PoolRule] = []
        var earlier: [(match: Glob, mark: Mark)] = []
        for node in list(field) {
            let before = errors
            let rule = pool(node)
            // A match with a mistake in it is wider than it was meant.
            if errors == before {
                if let cover = earlier.first(where: { Reach.covers($0.match, rule.match) }) {
                    warning(
                        at: node.mark, "this never holds: the entry at \(cover.mark) comes first and matches all that it does")
                }
                earlier.append((rule.match, node.mark))
            }
            rules.append(rule)
        }
        return rules
    }

    private mutating func pool(_ node: YAMLNode) -> PoolRule {
        var rule = PoolRule()
        let fields = fields(node, of: .pool)
        if let match = fields["match"] {
            let inner = self.fields(match.value, of: .poolMatch)
            rule.match = glob(inner["pool"]) ?? rule.match
        }
        if let reserve = fields["reserve"] {
            let inner = self.fields(reserve.value, of: .reserve)
            rule.dataReserve = share(inner["data"], example: "10%", within: .zeroToBelowOne)
            rule.metadataReserve = share(inner["metadata"], example: "10%", within: .zeroToBelowOne)
        }
        if let field = fields["assumed_fill_rate"], let rate = rate(field, example: "256MiB") {
            rule.assumedFillRate = rate
            if rate == .zero {
                warning(at: field.value.mark, "with `assumed_fill_rate: 0` no room is kept for a burst until one was seen")
            }
        }
        rule.overcommitLimit = multiple(fields["overcommit_limit"], example: "8")
        growth(fields["growth"])
        return rule
    }

    private mutating func growth(_ field: Field?) {
        guard let field else { return }
        let fields = fields(field.value, of: .growth)
        _ = share(fields["step"], example: "10%", within: .aboveZero)
        _ = share(fields["threshold"], example: "80%", within: .aboveZeroToOne)
        _ = size(fields["maximum_size"], example: "500GiB")
        _ = size(fields["keep_free"], example: "20GiB", orZero: true)
        hasNoEffect(field)
    }
}
