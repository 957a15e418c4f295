// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
public import Units

/// Which entries of the history are asked for: the newest that all of it fits.
public struct HistoryQuery: Hashable, Sendable {
    /// A volume's name, a container's name, its id, or the beginning of that. Nil: whatever it is about.
    public var volume: String?
    /// What the volume is called besides.
    public var otherName: String?
    public var kind: HistoryEntry.Kind?
    /// The first and the last moment.
    public var since: WallTime?
    public var until: WallTime?
    /// At most so many, within `HistoryQuery.limits`.
    public var limit = HistoryQuery.usualLimit

    public static let limits = 1...10_000
    public static let usualLimit = 100

    public init() {}
}

extension HistoryQuery {
    /// Conditions and what they are bound to, from the second on: the first is the limit.
    var conditions: (sql: String, values: [SQLValue]) {
        var conditions: [String] = []
        var values: [SQLValue] = [.count(min(max(limit, HistoryQuery.limits.lowerBound), HistoryQuery.limits.upperBound))]
        func bound(_ value: SQLValue) -> String {
            values.append(value)
            return "?\(values.count)"
        }
        let names = [volume, otherName].compactMap { $0 }.map { name in
            let n = bound(.text(name))
            // A pattern that it fits is told of it too; in patterns a bracket stands for itself.
            return """
                volume = \(n) OR container = \(n) OR (container_id >= \(n) AND container_id < \(n) || char(1114111))
                OR (kind = 'override' AND \(n) GLOB replace(volume, '[', '[[]'))
                """
        }
        if !names.isEmpty { conditions.append("(\(names.joined(separator: " OR ")))") }
        if let kind { conditions.append("kind = \(bound(.text(kind.rawValue)))") }
        if let since { conditions.append("time >= \(bound(.integer(since.milliseconds)))") }
        if let until { conditions.append("time <= \(bound(.integer(until.milliseconds)))") }
        return (conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "), values)
    }
}

extension Connection {
    /// Oldest first.
    func history(_ query: HistoryQuery) throws(JournalError) -> [HistoryRecord] {
        let (conditions, values) = query.conditions
        return try rows(
            "SELECT id, hash, entry FROM history \(conditions) ORDER BY id DESC LIMIT ?1", values
        ) { row throws(JournalError) in
            do {
                let entry = try JSONDecoder().decode(HistoryEntry.self, from: Data(row.blob(2) ?? []))
                return HistoryRecord(id: row.integer(0), hash: row.blob(1) ?? [], entry: entry)
            } catch {
                throw .corrupt(path: path, reason: "entry \(row.integer(0)) of the history cannot be read")
            }
        }.reversed()
    }
}
