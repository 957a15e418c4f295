// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Journal
import Policy
import Units

/// Alerts in the history: what came of each, once for each time that it fires, however often it is told.
extension Engine {
    /// What came of an alert, to be written down; nil for what nobody asks about later, and what is there already.
    func journaled(
        _ alert: Alert, _ result: AlertResult, _ text: String, about scope: Override.Scope? = nil
    ) -> JournaledAlert? {
        switch result {
        case .planned, .known, .over, .stale, .own: return nil
        case .set, .lifted, .unmatched, .unknownTarget, .coolingDown, .capped, .refused, .forbidden, .invalid, .notNow: break
        }
        guard books.isKept, toldAlerts.isNew(alert.key, result) else { return nil }
        var (volume, pool, container): (DeviceName?, DeviceName?, HistoryEntry.NamedContainer?)
        switch scope {
        case .volume(let identity):
            (volume, pool) = (identity.name, identity.poolName)
            container = self.container(on: identity)
        case .pool(let name): pool = name
        case .volumes, .all, nil: break
        }
        let words = "\(alert.status.rawValue): \(text)"
        return JournaledAlert(
            time: .now(), author: alert.asked.author, result: result.rawValue, reason: alert.asked.reason, text: words,
            volume: volume, pool: pool, container: container)
    }

    func writeDown(_ alert: JournaledAlert?) async {
        guard let alert else { return }
        await write { books throws(JournalError) in try await books.record([alert]) }
    }

    /// Seldom: whoever may post, may post it a thousand times.
    func writeDownUnreadable(_ complaint: String) async {
        let now = host.now()
        if let last = toldUnreadable, now.since(last) < Engine.unreadablePause { return }
        toldUnreadable = now
        guard books.isKept else { return }
        await writeDown(
            JournaledAlert(
                time: .now(), author: "alert", result: "unreadable", text: "what was sent as alerts cannot be read: \(complaint)")
        )
    }

    private static let unreadablePause = Duration.seconds(60)
}

/// What was told of alerts in this run.
struct ToldAlerts {
    private struct Entry: Hashable {
        var key: AlertKey
        var result: AlertResult
    }

    private var entries: Set<Entry> = []
    /// Then it begins anew, and something is told twice.
    static let limit = 10_000

    mutating func isNew(_ key: AlertKey, _ result: AlertResult) -> Bool {
        if entries.count >= ToldAlerts.limit { entries = [] }
        return entries.insert(Entry(key: key, result: result)).inserted
    }

    /// It could not be written down, or came to nothing.
    mutating func forget(_ key: AlertKey, _ result: AlertResult) { entries.remove(Entry(key: key, result: result)) }
}
