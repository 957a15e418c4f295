// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Units

/// What each thing that happens is told as.
extension HistoryEntry {
    /// A growth that ended. `order` is nil where it cannot be read any more.
    init(_ outcome: GrowthOutcome, of order: Order?, in container: NamedContainer?) {
        self.init(time: outcome.finishedAt, kind: .growth, event: outcome.result.rawValue, by: order?.asked, text: "")
        guard let order else {
            text = "a growth ended, and its order cannot be read"
            return
        }
        volume = order.volume.name.description
        pool = order.volume.poolName.description
        self.container = container
        reason = order.asked == nil ? order.reason.rawValue : order.asked?.reason
        isRunway = order.isRunway
        let isOfDevice = order.isRunway || order.reason == .broken
        let (from, to) = isOfDevice ? (order.deviceFrom.bytes, order.deviceTo.bytes) : (order.from, order.to)
        before = from
        after = isOfDevice ? (outcome.result == .done ? to : nil) : outcome.reached
        let what = isOfDevice ? "its device" : "its filesystem"
        let why = order.isRunway ? ", ahead of need" : ""
        let failure = outcome.failure.map { ": \($0)" } ?? ""
        switch outcome.result {
        case .done: text = "grew \(what) from \(from) to \(after ?? to)\(why)"
        case .failed: text = "growing \(what) from \(from) to \(to)\(why) failed\(failure)"
        case .interrupted: text = "growing \(what) from \(from) to \(to)\(why) was cut off\(failure)"
        }
        if let exceeds = order.exceeds { text += ", \(exceeds.bytes) of it into the pool's reserve" }
    }

    init(_ decision: JournaledDecision) {
        self.init(time: decision.time, kind: .decision, event: decision.verdict.rawValue, by: decision.asked, text: "")
        volume = decision.volume.description
        pool = decision.pool.description
        container = decision.container
        // What a person asked for has his words in its text.
        reason = decision.reason
        before = decision.before
        after = decision.after
        text =
            switch decision.verdict {
            case .grow: "is to be grown \(decision.text)"
            case .wouldGrow: "would be grown \(decision.text), were the mode enforce"
            case .refused: "should be larger and is not grown: \(decision.text)"
            case .content: decision.text
            }
        if let asked = decision.asked {
            text = "\(asked.author) asked for growth and was refused: \(decision.text)"
            if let words = asked.reason { text += "; asked since: \(words)" }
        }
    }

    init(_ event: JournaledOverride) {
        self.init(time: event.time, kind: .override, event: event.event.rawValue, by: event.by, text: "")
        let override = event.override
        self.override = override
        container = event.container
        switch override.scope {
        case .volume(let identity): (volume, pool) = (identity.name.description, identity.poolName.description)
        case .volumes(let glob): volume = glob.pattern
        case .pool(let name): pool = name.description
        case .all: break
        }
        if event.by == nil { reason = override.asked.reason }
        text =
            switch event.event {
            case .set: override.text
            case .replaced: "no longer \(override.text): a later one has taken its place"
            case .lifted: "no longer \(override.text): lifted by \(event.by.map { $0.author } ?? "nobody")"
            case .expired: "no longer \(override.text): its time is over"
            }
        if event.event == .lifted, let words = event.by?.reason { text += ", since: \(words)" }
    }

    init(_ alert: JournaledAlert) {
        self.init(
            time: alert.time, kind: .alert, event: alert.result,
            by: Asked(author: alert.author, source: .alert, reason: alert.reason), text: alert.text)
        volume = alert.volume?.description
        pool = alert.pool?.description
        container = alert.container
    }

    /// Nothing of it longer than that.
    func cut(to characters: Int) -> HistoryEntry {
        var entry = self
        entry.text = String(text.prefix(characters))
        entry.reason = reason.map { String($0.prefix(characters)) }
        entry.author = String(author.prefix(characters))
        entry.event = String(event.prefix(characters))
        return entry
    }
}
