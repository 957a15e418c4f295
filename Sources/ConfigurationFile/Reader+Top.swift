// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Credentials
import Policy
import Units
import YAML

extension Reader {
    /// What the whole file says.
    struct Contents {
        var rules = Rules()
        var tokens: [TokenSource] = []
        var notifications: NotificationSettings?
    }

    mutating func file(_ root: YAMLNode?) -> Contents {
        guard let root else { return Contents() }
        var rules = Rules()
        let fields = fields(root, of: .top)
        rules.mode = mode(fields["mode"]) ?? rules.mode
        if let poll = fields["poll"] { rules.poll = self.poll(poll.value) }
        if let plain = fields["plain"] { rules.plainHook = plainHook(plain.value) }
        rules.pools = pools(fields["pools"])
        rules.volumes = volumes(fields["rules"])
        rules.alerts = alerts(fields["alerts"])
        if let audit = fields["audit"] { rules.audit = self.audit(audit.value) }
        let tokens = tokens(fields["tokens"])
        return Contents(rules: rules, tokens: tokens, notifications: notifications(fields["notifications"]))
    }

    private mutating func mode(_ field: Field?) -> Mode? {
        if let field, field.value.scalar?.text == Mode.off.rawValue {
            error(
                at: field.value.mark,
                "`mode: off` is for an entry of `rules`: here write `observe`, which changes nothing, or `enforce`")
            return nil
        }
        return word(field, of: [Mode.observe.rawValue, Mode.enforce.rawValue]).flatMap(Mode.init)
    }

    private mutating func poll(_ node: YAMLNode) -> PollRules {
        var poll = PollRules()
        let fields = fields(node, of: .poll)
        let before = errors
        let interval = duration(
            fields["interval"], example: "15s", within: .seconds(1) ... .seconds(3600), limits: "between 1s and 1h")
        poll.interval = interval ?? poll.interval
        let fastest = duration(
            fields["fastest"], example: "50ms", within: .milliseconds(10) ... .seconds(3600),
            limits: "at least 10ms and at most `interval`")
        poll.fastest = fastest ?? poll.fastest
        if errors == before, poll.fastest > poll.interval, let field = fields["fastest"] {
            let known = fields["interval"] == nil ? "which is \(poll.interval.text) when left out" : "\(poll.interval.text)"
            error(
                at: field.value.mark,
                "`fastest` (\(poll.fastest.text)) is above `interval` (\(known)): write at most \(poll.interval.text)")
        }
        return poll
    }
}
