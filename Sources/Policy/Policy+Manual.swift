// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
public import Inventory
public import Units

extension Policy {
    /// The growth that a person asked for, or why it is refused. A person's wish needs no threshold and waits for no
    /// cooldown or back-off; it works in every mode. It never passes the reserve.
    public static func order(
        growing volume: Volume, to target: GrowthTarget, in snapshot: Snapshot, rules: Rules, history: History,
        now: MonotonicTime, hostBar: Refusal? = nil
    ) throws(Refusal) -> Order {
        guard let pool = snapshot.pools.first(where: { $0.name == volume.poolName }) else {
            throw Refusal(
                .poolState, "the pool of \(volume.name) is not there", hint: "see `dmsetup table \(volume.name)`")
        }
        if let bar = Refusal.bar(on: volume, twins: Twins(among: snapshot.volumes)) { throw bar }
        let choice = rules.choice(for: volume)
        if let bar = Refusal.bar(on: volume, choice) { throw bar }
        guard let geometry = volume.filesystem?.geometry else {
            throw Refusal(.unmounted, "\(volume.name) is not mounted", hint: "mount it: only a mounted filesystem is grown")
        }
        let reckoning = PoolReckoning(
            pool, volumes: snapshot.volumes.filter { $0.poolName == pool.name }, rule: rules.rule(for: pool), history: history,
            hostBar: hostBar)
        if let bar = reckoning.bar { throw bar }
        if let running = history[volume.identity].running {
            throw Refusal(.busy, "a growth of \(volume.name) to \(running.to) is under way", hint: "wait for it, then ask again")
        }
        let sizing = Sizing(volume: volume, geometry: geometry, rule: choice.rule, reckoning: reckoning)
        switch target {
        case .to(let size): return try sizing.order(to: size)
        case .by(let amount): return try sizing.order(to: geometry.size + amount)
        }
    }
}

/// How large a person wants a volume.
public enum GrowthTarget: Hashable, Sendable, Codable {
    case to(Bytes)
    case by(Bytes)
}
