// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
public import Inventory
public import Units

extension Policy {
    /// The growth that a person asked for, or why it is refused. A person's wish needs no threshold and waits for no
    /// cooldown or back-off; it works in every mode. It passes the reserve only by `exceeding`, or by an override that
    /// stands, and is stopped by a hold or a pause, unless that is an alert's and a person asks.
    public static func order(
        growing volume: Volume, to target: GrowthTarget, in snapshot: Snapshot, rules: Rules, history: History,
        overrides: Overrides = .none, asked: Asked? = nil, exceeding: Override? = nil, now: MonotonicTime, hostBar: Refusal? = nil
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
        let standing = overrides.about(volume, and: exceeding)
        if let stop = standing.stop(of: asked) { throw .stopped(volume.name, by: stop) }
        if let running = history[volume.identity].running {
            throw Refusal(.busy, "a growth of \(volume.name) to \(running.to) is under way", hint: "wait for it, then ask again")
        }
        let sizing = Sizing(
            volume: volume, geometry: geometry, rule: standing.applied(to: choice.rule), reckoning: reckoning,
            exceeding: standing.exceeding)
        var order =
            switch target {
            case .to(let size): try sizing.order(to: size)
            case .by(let amount): try sizing.order(to: geometry.size + amount)
            }
        order.asked = asked
        return order
    }
}

/// How large a person wants a volume.
public enum GrowthTarget: Hashable, Sendable, Codable {
    case to(Bytes)
    case by(Bytes)
}
