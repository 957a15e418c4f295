// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Journal
public import Units

/// What is asked of the history, as it stands behind the question mark of a request's path.
struct HistoryWish: Hashable {
    var query = HistoryQuery()
    /// Whether all of it is as it was written; the rest does not count then.
    var verifies = false

    static let words = ["volume", "since", "until", "kind", "limit", "verify"]

    init(_ query: HistoryQuery, verifies: Bool) {
        self.query = query
        self.verifies = verifies
    }

    /// Throws a ``Refused`` for what is not understood.
    init(query text: String, now: WallTime = .now()) throws {
        var seen: Set<String> = []
        let fields: Query
        do throws(Query.Unreadable) { fields = try Query(text) } catch { throw HistoryWish.refused(error.text) }
        for (name, value) in fields.fields {
            guard HistoryWish.words.contains(name) else { throw HistoryWish.refused("`\(name.prefix(100))` is not known here") }
            guard seen.insert(name).inserted else { throw HistoryWish.refused("`\(name)` is there twice") }
            try take(name, value, now: now)
        }
    }

    private mutating func take(_ name: String, _ value: String, now: WallTime) throws {
        switch name {
        case "volume":
            if value.isEmpty { throw HistoryWish.refused("`volume` is a name") }
            query.volume = value
        case "since": query.since = try HistoryWish.moment(value, name, now: now)
        case "until": query.until = try HistoryWish.moment(value, name, now: now)
        case "kind":
            guard let kind = HistoryEntry.Kind(rawValue: value) else {
                let kinds = HistoryEntry.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw HistoryWish.refused("`kind` is one of \(kinds)")
            }
            query.kind = kind
        case "limit":
            guard let limit = Int(value), HistoryQuery.limits.contains(limit) else {
                throw HistoryWish.refused(
                    "`limit` is a number from \(HistoryQuery.limits.lowerBound) to \(HistoryQuery.limits.upperBound)")
            }
            query.limit = limit
        default:
            guard value == "true" || value == "false" else { throw HistoryWish.refused("`\(name)` is true or false") }
            verifies = value == "true"
        }
    }

    private static func moment(_ text: String, _ name: String, now: WallTime) throws -> WallTime {
        guard let moment = WallTime(moment: text, now: now) else {
            throw refused("`\(name)` is no time: `\(text.prefix(100))`")
        }
        return moment
    }

    private static func refused(_ text: String) -> Refused {
        Refused(.badRequest, text, hint: "ask like /api/v1/history?volume=web&since=24h&kind=growth&limit=100")
    }

    /// The same, to be asked.
    var path: String {
        let pairs = [
            ("volume", query.volume), ("since", query.since?.iso8601), ("until", query.until?.iso8601),
            ("kind", query.kind?.rawValue), ("limit", "\(query.limit)"), ("verify", verifies ? "true" : nil),
        ]
        return Route.history.path + "?"
            + pairs.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded)" } }.joined(separator: "&")
    }
}

extension WallTime {
    /// A moment, `2026-01-31T12:00:00Z` or `2026-01-31`, or a time before now, `24h`.
    public init?(moment text: String, now: WallTime) {
        if let moment = WallTime(iso8601: text) {
            self = moment
        } else if let ago = Duration(text: text) {
            self.init(seconds: now.seconds - ago.seconds)
        } else {
            return nil
        }
    }
}
