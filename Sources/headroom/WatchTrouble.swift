// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials

/// Something that a person should look at: what, in words, and what to do.
struct WatchTrouble: Hashable {
    /// In the order in which they are shown.
    enum Rank: Int, Comparable {
        /// Somebody's writes fail or wait now.
        case failing
        /// They will within the hour, or nobody would notice.
        case soon
        case refused
        case later
        /// Somebody wanted it so.
        case note

        static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }
    }

    var rank: Rank
    var subject: String
    var words: String
    /// What to do, in a sentence or two.
    var advice: String?
    /// How soon, of two of the same rank: seconds, or a share that is still free.
    var urgency = 1.0
    /// What makes several the same trouble.
    var kind = ""
    var pool: String?

    /// From so many of one kind on a pool on they are told as one.
    private static let together = 3

    /// All of them, the worst first.
    static func all(in input: WatchInput) -> [WatchTrouble] {
        guard let status = input.status else { return [] }
        let volumes = status.volumes.compactMap { $0.trouble(at: input.now) }
        let all =
            daemon(status) + status.pools.flatMap(\.troubles) + gathered(volumes) + failures(status, now: input.now)
            + status.overrides.compactMap { pause($0, now: input.now) }
        return all.enumerated().sorted {
            ($0.element.rank, $0.element.urgency, $0.offset) < ($1.element.rank, $1.element.urgency, $1.offset)
        }.map(\.element)
    }

    private static func daemon(_ status: StatusDocument) -> [WatchTrouble] {
        var troubles: [WatchTrouble] = []
        if !status.poll.lastSucceeded {
            let why = status.poll.lastError.map { "the last look at the host failed: \($0)" } ?? "the host was not looked at yet"
            troubles.append(
                WatchTrouble(
                    rank: .soon, subject: "headroom", words: why,
                    advice: "what is shown may be old, and nothing is grown meanwhile; `journalctl -u headroom` says more"))
        }
        if !status.configuration.lastReloadSucceeded {
            let file = status.configuration.file ?? "the configuration"
            troubles.append(
                WatchTrouble(
                    rank: .later, subject: "headroom", words: "\(file) could not be taken in: the rules from before hold",
                    advice: "`headroom check-config \(file)` says line and column"))
        }
        return troubles
    }

    /// Growths that failed within the last hour, and did not succeed since.
    private static func failures(_ status: StatusDocument, now: Date) -> [WatchTrouble] {
        var last: [String: GrowthDocument] = [:]
        for growth in status.recentGrowths { last[growth.order.volume] = growth }
        let titles = Dictionary(status.volumes.map { ($0.name, $0.title) }) { first, _ in first }
        return last.values.sorted { $0.order.volume < $1.order.volume }.compactMap { growth in
            guard let failure = growth.failure, let title = titles[growth.order.volume] else { return nil }
            let age = now.timeIntervalSince(growth.finishedAt)
            guard age < 3600 else { return nil }
            return WatchTrouble(
                rank: .refused, subject: title, words: "a growth failed \(WatchWords.span(age)) ago: \(failure)",
                advice: "it is tried again by itself; `headroom explain \(title)` says more")
        }
    }

    private static func pause(_ override: OverrideDocument, now: Date) -> WatchTrouble? {
        guard override.kind == .pause else { return nil }
        let end = override.end.map { "for \(WatchWords.span($0.timeIntervalSince(now))) more" } ?? "until it is resumed"
        let reason = override.reason.map { ": \($0)" } ?? ""
        let isAll = override.scope == "all"
        return WatchTrouble(
            rank: .note, subject: isAll ? "all pools" : override.name,
            words: "growth is paused by \(override.author) \(end)\(reason)",
            advice: isAll ? "`headroom resume` ends it" : "`headroom resume \(override.name)` ends it")
    }

    /// Many of one kind on one pool are one line, with the names of the most urgent.
    private static func gathered(_ troubles: [WatchTrouble]) -> [WatchTrouble] {
        struct Group: Hashable { let kind: String, pool: String? }
        var groups: [Group: [WatchTrouble]] = [:]
        var order: [Group] = []
        for trouble in troubles {
            let group = Group(kind: trouble.kind, pool: trouble.pool)
            if groups[group] == nil { order.append(group) }
            groups[group, default: []].append(trouble)
        }
        return order.flatMap { group in
            let members = (groups[group] ?? []).sorted { ($0.rank, $0.urgency) < ($1.rank, $1.urgency) }
            guard members.count > together, var first = members.first else { return members }
            let names = members.prefix(together).map(\.subject).joined(separator: ", ")
            first.words = "\(names) and \(members.count - together) more: \(first.kind)"
            first.subject = "\(members.count) volumes"
            return [first]
        }
    }
}
