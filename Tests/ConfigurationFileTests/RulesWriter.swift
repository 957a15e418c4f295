// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Policy
import Units

/// Writes rules as YAML, each time in another of the ways that people write it.
struct RulesWriter {
    var random: SplitMix64

    /// A key with its value, which may be keys or a list again.
    private indirect enum Value {
        case text(String)
        case keys([(String, Value)])
        case list([Value])
    }

    mutating func write(_ rules: Rules) -> String {
        var keys: [(String, Value)] = [("mode", .text(rules.mode.rawValue))]
        keys.append(("poll", .keys([("interval", time(rules.poll.interval)), ("fastest", time(rules.poll.fastest))])))
        if let hook = rules.plainHook {
            keys.append(
                ("plain", .keys([("hook", .list(hook.command.map { quoted($0) })), ("hook_timeout", time(hook.timeout))])))
        }
        switch rules.audit {
        case .file(let path)?: keys.append(("audit", .keys([("file", quoted(path)), ("journald", .text("false"))])))
        case .journald?: keys.append(("audit", .keys([("journald", .text("true"))])))
        case nil: break
        }
        keys.append(("pools", .list(rules.pools.map { pool($0) })))
        keys.append(("rules", .list(rules.volumes.map { volume($0) })))
        keys.append(("alerts", .list(rules.alerts.map { alert($0) })))
        keys.shuffle(using: &random)
        return block(.keys(keys), indent: 0)
    }

    private mutating func alert(_ rule: AlertRule) -> Value {
        var keys: [(String, Value)] = [
            ("match", .keys(rule.labels.map { ($0.key, quoted($0.value.pattern)) })), ("action", .text(rule.action.name)),
            ("for", time(rule.lasting)), ("cooldown", time(rule.cooldown)), ("maximum_total", .text(size(rule.maximumTotal))),
        ]
        switch rule.action {
        case .hold, .pause: break
        case .grow(let amount), .exceedReserve(let amount):
            switch amount {
            case .by(let size): keys.append(("by", .text(self.size(size))))
            case .byShare(let share):
                keys.append(
                    ("by", .text("\(Int((share.value * 1000).rounded()) / 10).\(Int((share.value * 1000).rounded()) % 10)%")))
            case .to(let size): keys.append(("to", .text(self.size(size))))
            }
        case .pin(let pin):
            var pinned: [(String, Value)] = []
            if let threshold = pin.threshold { pinned.append(("threshold", share(threshold))) }
            if let size = pin.maximumSize { pinned.append(("maximum_size", .text(self.size(size)))) }
            keys.append(("pin", .keys(pinned)))
        }
        let (kind, label) =
            switch rule.target {
            case .volume(let label): ("volume", label)
            case .container(let label): ("container", label)
            case .pool(let label): ("pool", label)
            }
        keys.append(("target", .keys([(kind, .text(label))])))
        return .keys(keys.shuffled(using: &random))
    }

    private mutating func pool(_ rule: PoolRule) -> Value {
        var keys: [(String, Value)] = [("match", .keys([("pool", quoted(rule.match.pattern))]))]
        var reserve: [(String, Value)] = []
        if let ratio = rule.dataReserve { reserve.append(("data", share(ratio))) }
        if let ratio = rule.metadataReserve { reserve.append(("metadata", share(ratio))) }
        if !reserve.isEmpty { keys.append(("reserve", .keys(reserve))) }
        let rate = size(rule.assumedFillRate.amount(in: .seconds(1)))
        keys.append(("assumed_fill_rate", .text(rate + random.one(of: "", "/s"))))
        if let limit = rule.overcommitLimit { keys.append(("overcommit_limit", .text("\(limit.value)"))) }
        return .keys(keys.shuffled(using: &random))
    }

    private mutating func volume(_ rule: VolumeRule) -> Value {
        var keys: [(String, Value)] = [("name", quoted(rule.name))]
        if rule.match != VolumeMatch() { keys.append(("match", match(rule.match))) }
        if let mode = rule.mode { keys.append(("mode", .text(mode.rawValue))) }
        keys.append(("threshold", share(rule.threshold)))
        keys.append(("target", share(rule.target)))
        keys.append(("minimum_step", .text(size(rule.minimumStep))))
        keys.append(("maximum_step", .text(size(rule.maximumStep))))
        if let size = rule.minimumSize { keys.append(("minimum_size", .text(self.size(size)))) }
        if let size = rule.maximumSize { keys.append(("maximum_size", .text(self.size(size)))) }
        keys.append(("maximum_share", share(rule.maximumShare)))
        keys.append(("cooldown", time(rule.cooldown)))
        return .keys(keys.shuffled(using: &random))
    }

    private mutating func match(_ match: VolumeMatch) -> Value {
        var keys: [(String, Value)] = []
        let globs = [
            ("owner", match.owner), ("container", match.container), ("image", match.image), ("volume", match.volume),
            ("pool", match.pool), ("vg", match.volumeGroup), ("lv", match.logicalVolume), ("tag", match.tag),
        ]
        for (key, glob) in globs {
            if let glob { keys.append((key, quoted(glob.pattern))) }
        }
        if !match.labels.isEmpty {
            keys.append(("labels", .keys(match.labels.map { ("\"\(RulesWriter.escaped($0.key))\"", quoted($0.value.pattern)) })))
        }
        return .keys(keys)
    }

    private mutating func share(_ ratio: Ratio) -> Value {
        // A percentage has one decimal at most, here.
        let tenths = Int((ratio.value * 1000).rounded())
        let percentage = tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
        // Small fractions would be written with an exponent.
        let fraction = "\(ratio.value)"
        return .text(fraction.contains("e") ? percentage : random.one(of: percentage, fraction, "\"\(percentage)\""))
    }

    private mutating func size(_ size: Bytes) -> String {
        for (power, unit) in [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")]
        where size.count > 0 && size.count % (1 << power) == 0 {
            return random.one(of: "\(size.count >> power)\(unit)", "\(size.count >> power)\(unit.prefix(1))", "\(size.count)")
        }
        return random.one(of: "\(size.count)", "\(size.count)B")
    }

    private mutating func time(_ duration: Duration) -> Value {
        let milliseconds = Int((duration.seconds * 1000).rounded())
        if milliseconds == 0 { return .text(random.one(of: "0", "0s", "0ms")) }
        if milliseconds % 60_000 == 0 { return .text("\(milliseconds / 60_000)m") }
        if milliseconds % 1000 == 0 { return .text("\(milliseconds / 1000)s") }
        return .text("\(milliseconds)ms")
    }

    private mutating func quoted(_ text: String) -> Value {
        let isPlain = text.first?.isLetter == true && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        if isPlain, text != "null", random.chance(2) { return .text(text) }
        return .text(random.one(of: "\"\(RulesWriter.escaped(text))\"", "'\(text.replacing("'", with: "''"))'"))
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    private mutating func block(_ value: Value, indent: Int) -> String {
        let margin = String(repeating: " ", count: indent)
        switch value {
        case .text(let text): return margin + text + "\n"
        case .keys(let keys):
            var lines = ""
            for (key, value) in keys {
                if random.chance(8) { lines += random.one(of: "\n", "\(margin)# a word: {\n") }
                switch value {
                case .text(let text): lines += "\(margin)\(key): \(text)\(random.one(of: "", "  # why"))\n"
                case .keys, .list:
                    lines +=
                        random.chance(2)
                        ? "\(margin)\(key): \(flow(value))\n" : "\(margin)\(key):\n" + block(value, indent: indent + 2)
                }
            }
            return lines
        case .list(let values):
            return values.map { value in
                if random.chance(2) { return "\(margin)- \(flow(value))\n" }
                return "\(margin)-\n" + block(value, indent: indent + 2)
            }.joined()
        }
    }

    private mutating func flow(_ value: Value) -> String {
        switch value {
        case .text(let text): return text
        case .keys(let keys):
            return "{" + keys.map { "\($0): \(flow($1))" }.joined(separator: random.one(of: ", ", ",  ")) + "}"
        case .list(let values): return "[" + values.map { flow($0) }.joined(separator: ", ") + "]"
        }
    }
}
