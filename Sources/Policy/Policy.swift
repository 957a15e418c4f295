// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
public import Inventory
public import Units

/// What to do with a snapshot under the rules. Pure: the same values in, the same plan out.
public enum Policy {
    /// The plan for the whole snapshot, or, when only some volumes were looked at anew, `previous` with these decided anew.
    /// `hostBar` is why nothing on this host is grown now, if something is.
    public static func plan(
        _ snapshot: Snapshot, rules: Rules, history: History, overrides: Overrides = .none, now: MonotonicTime,
        deciding looked: Set<DeviceName>? = nil, previous: Plan? = nil, hostBar: Refusal? = nil
    ) -> Plan {
        let volumes = Dictionary(grouping: snapshot.volumes, by: \.poolName)
        let twins = Twins(among: snapshot.volumes)
        let kept = looked == nil ? [:] : previous?.decisionsByVolume ?? [:]
        var outlooks: [PoolOutlook] = []
        var decisions: [DeviceName: Decision] = [:]
        for pool in snapshot.pools {
            let volumes = volumes[pool.name] ?? []
            var reckoning = PoolReckoning(pool, volumes: volumes, rule: rules.rule(for: pool), history: history, hostBar: hostBar)
            let cases = volumes.filter { looked?.contains($0.name) ?? true || kept[$0.name]?.volume != $0.identity }.map {
                volume in
                VolumeCase(
                    volume, in: pool, rules: rules, history: history[volume.identity], overrides: overrides.about(volume),
                    isKept: history.kept.contains(volume.identity), now: now, twins: twins)
            }
            // What is granted to one is no longer there for the next: the most urgent first.
            for one in cases.sorted(by: VolumeCase.isMoreUrgent) {
                decisions[one.volume.name] = one.decide(&reckoning)
            }
            outlooks.append(reckoning.outlook)
        }
        return Plan(
            madeAt: now, pools: outlooks,
            decisions: snapshot.volumes.map { decisions[$0.name] ?? kept[$0.name] ?? Decision(orphan: $0, rules: rules) })
    }
}

extension Plan {
    fileprivate var decisionsByVolume: [DeviceName: Decision] {
        Dictionary(decisions.map { ($0.volume.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Decision {
    /// For a volume whose pool is not among the pools, so nothing is known of its headroom.
    fileprivate init(orphan volume: Volume, rules: Rules) {
        let rule = rules.rule(for: volume)
        self.init(
            volume: volume.identity, rule: rule.name, mode: rules.mode(for: volume),
            verdict: .barred(
                Refusal(
                    .poolState, "the pool of \(volume.name), device \(volume.poolName), is not there",
                    hint: "see `dmsetup table \(volume.name)` and whether that device is a thin pool")))
    }
}
