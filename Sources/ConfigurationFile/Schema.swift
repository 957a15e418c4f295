// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A part of the file: which keys it knows, and what people call it. The one list of keys that there is.
enum Section: CaseIterable {
    case top, poll, plain
    case pool, poolMatch, reserve, growth
    case rule, ruleMatch
    case alert, alertTarget, alertPin
    case token
    case notifications, alertmanager
    case audit

    var keys: [String] {
        switch self {
        case .top: ["mode", "poll", "plain", "pools", "rules", "alerts", "tokens", "notifications", "audit"]
        case .poll: ["interval", "fastest"]
        case .plain: ["hook", "hook_timeout"]
        case .pool: ["match", "reserve", "assumed_fill_rate", "overcommit_limit", "growth"]
        case .poolMatch: ["pool"]
        case .reserve: ["data", "metadata"]
        case .growth: ["step", "threshold", "maximum_size", "keep_free"]
        case .rule:
            [
                "name", "match", "mode", "threshold", "target", "minimum_step", "maximum_step", "minimum_size", "maximum_size",
                "maximum_share", "cooldown", "horizon", "priority", "weight",
            ]
        case .ruleMatch: ["owner", "container", "image", "volume", "pool", "vg", "lv", "tag", "labels"]
        case .alert: ["match", "action", "target", "by", "to", "pin", "for", "cooldown", "maximum_total"]
        case .alertTarget: ["volume", "container", "pool"]
        case .alertPin: ["threshold", "target", "maximum_size"]
        case .token: ["name", "file", "scopes"]
        case .notifications: ["alertmanagers", "labels", "instance", "external_url", "interval"]
        case .alertmanager: ["url", "ca_file", "username", "password_file", "token_file"]
        case .audit: ["file", "journald"]
        }
    }

    /// As in "belongs in ...".
    var place: String {
        switch self {
        case .top: "the top of the file"
        case .poll: "`poll`"
        case .plain: "`plain`"
        case .pool: "an entry of `pools`"
        case .poolMatch: "`match` of an entry of `pools`"
        case .reserve: "`reserve` of an entry of `pools`"
        case .growth: "`growth` of an entry of `pools`"
        case .rule: "an entry of `rules`"
        case .ruleMatch: "`match` of an entry of `rules`"
        case .alert: "an entry of `alerts`"
        case .alertTarget: "`target` of an entry of `alerts`"
        case .alertPin: "`pin` of an entry of `alerts`"
        case .token: "an entry of `tokens`"
        case .notifications: "`notifications`"
        case .alertmanager: "an entry of `alertmanagers` of `notifications`"
        case .audit: "`audit`"
        }
    }

    /// The part that this one stands in.
    var parent: Section? {
        switch self {
        case .top: nil
        case .poll, .plain, .pool, .rule, .alert, .token, .notifications, .audit: .top
        case .alertmanager: .notifications
        case .poolMatch, .reserve, .growth: .pool
        case .ruleMatch: .rule
        case .alertTarget, .alertPin: .alert
        }
    }

    /// The other parts, nearest first: those within this one, the one around it, then the rest.
    var others: [Section] {
        let inner = Section.allCases.filter { $0.parent == self }
        let outer = [parent].compactMap { $0 }
        let near = inner + outer
        return near + Section.allCases.filter { $0 != self && !near.contains($0) }
    }
}

/// The owners that a rule can name.
enum OwnerNames {
    static let all = ["docker", "containerd", "lvm", "lxd", "incus", "stratis", "plain"]
}
