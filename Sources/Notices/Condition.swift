// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Engine
import Host
import Inventory
import Owners
import Policy
import Units

/// Something that is wrong for as long as reports say so.
struct Condition: Hashable, Sendable {
    /// What it is about: of each kind there is one at a time.
    struct Key: Hashable, Sendable, Comparable {
        var kind: Kind
        var pool: DeviceName
        /// Nil for a pool's own.
        var volume: DeviceName?

        static func < (a: Key, b: Key) -> Bool {
            (a.kind.rawValue, a.pool, a.volume ?? a.pool) < (b.kind.rawValue, b.pool, b.volume ?? b.pool)
        }
    }

    /// In order of weight: where not all can be told, the first are.
    enum Kind: Int, Hashable, Sendable {
        case poolSick, poolExhausted, growthRefused

        var alertName: String {
            switch self {
            case .poolSick: "HeadroomPoolSick"
            case .poolExhausted: "HeadroomPoolExhausted"
            case .growthRefused: "HeadroomGrowthRefused"
            }
        }
    }

    var reason: String
    var severity: Severity
    var owner: Owner?
    /// `Volume web`, `Pool depot`.
    var subject: String
    /// What is so with it, behind its name and the instance.
    var predicate: String
    /// What is so and what to do, with numbers.
    var description: String
}

/// The words that Prometheus' rules use.
enum Severity: String, Hashable, Sendable { case info, warning, critical }

/// What a report says of conditions.
struct Sightings: Sendable {
    /// The weightiest first.
    private(set) var seen: [(key: Condition.Key, condition: Condition)] = []
    private var seenKeys: Set<Condition.Key> = []
    /// What cannot be told now, as a growth is under way: it stays as it was.
    private(set) var unknown: Set<Condition.Key> = []

    /// Nil until the host was looked at.
    init?(_ report: Report) {
        guard let snapshot = report.snapshot, let plan = report.plan else { return nil }
        let outlooks = Dictionary(plan.pools.map { ($0.pool, $0) }, uniquingKeysWith: { first, _ in first })
        defer {
            seen.sort { $0.key < $1.key }
            seenKeys = Set(seen.map(\.key))
        }
        for pool in snapshot.pools { note(pool, outlooks[pool.name]) }
        var volumes: [VolumeIdentity: Volume] = [:]
        for decision in plan.decisions {
            guard case .refused(let refusal) = decision.verdict else { continue }
            let key = Condition.Key(kind: .growthRefused, pool: decision.volume.poolName, volume: decision.volume.name)
            if refusal.reason == .busy {
                unknown.insert(key)
            } else if decision.isNews {
                if volumes.isEmpty {
                    volumes = Dictionary(snapshot.volumes.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
                }
                let condition = Condition(
                    reason: refusal.reason.rawValue, severity: .warning, owner: volumes[decision.volume]?.owner,
                    subject: "Volume \(decision.volume.name)",
                    predicate: "should be larger and is not grown (\(refusal.reason.rawValue)).",
                    description: refusal.advice)
                seen.append((key, condition))
            }
        }
    }

    func isSeen(_ key: Condition.Key) -> Bool { seenKeys.contains(key) }

    private mutating func note(_ pool: Pool, _ outlook: PoolOutlook?) {
        func see(_ kind: Condition.Kind, _ reason: String, _ severity: Severity, _ predicate: String, _ description: String) {
            let condition = Condition(
                reason: reason, severity: severity, subject: "Pool \(pool.name)", predicate: predicate, description: description)
            seen.append((Condition.Key(kind: kind, pool: pool.name), condition))
        }
        if case .unknown = pool.status {
            unknown.formUnion([.poolSick, .poolExhausted].map { Condition.Key(kind: $0, pool: pool.name) })
        } else if let (reason, predicate) = pool.sickness {
            see(
                .poolSick, reason, .critical, predicate,
                "Nothing on it is grown, and its writers wait or get errors. What to do: \(Refusal.bar(on: pool)?.hint ?? "see dmesg")."
            )
        } else if pool.report?.mode == .outOfDataSpace {
            see(
                .poolExhausted, "out_of_data_space", .critical, "is out of data space.",
                "Writers of all its volumes wait or get errors. What to do: grow the pool, or free space in it.")
        } else if let outlook, let headroom = outlook.headroom, headroom < pool.blockSize ?? .kibibytes(64) {
            let free = pool.dataTotal?.less(pool.dataUsed ?? .zero) ?? .zero
            see(
                .poolExhausted, "no_headroom", .warning, "has no headroom left.",
                """
                \(free) of its data are free, of which \(outlook.reserve) are its reserve and \(outlook.promised) are promised and \
                not written yet: nothing on it is grown.\(outlook.isLimitedByMetadata ? " Its metadata limits it." : "") What to do: \
                free space in it (remove volumes, run fstrim), grow it, or lower its reserve in the configuration.
                """)
        }
    }
}

extension Pool {
    /// What is wrong with it beyond being full, as a word for a label and in words.
    fileprivate var sickness: (reason: String, predicate: String)? {
        switch status {
        case .failed: return ("failed", "has failed.")
        case .unreadable: return ("unreadable", "cannot read its own figures.")
        case .unknown: return nil
        case .working(let report):
            if report.needsCheck { return ("needs_check", "needs a check of its metadata.") }
            return report.mode == .readOnly ? ("read_only", "is read-only.") : nil
        }
    }
}
