// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
public import Host
import Units

extension Snapshot {
    /// Joins what one look found with the snapshot before it: a look at everything replaces it, a look at some volumes
    /// replaces those and takes out the ones that are gone.
    public init(joining facts: Facts, onto previous: Snapshot?) {
        switch (facts.scope, previous) {
        case (.volumes(let names), let previous?):
            self = previous
            replace(names, with: facts)
        case (.everything, _), (.volumes, nil):
            self.init(
                takenAt: facts.takenAt, wallTime: facts.wallTime,
                pools: facts.pools.map(Pool.init).sorted { $0.name < $1.name }, volumes: [])
            volumes = joined(facts.volumes, at: facts.takenAt, onto: previous?.volumes ?? [])
                .sorted { ($0.poolName, $0.name) < ($1.poolName, $1.name) }
        }
    }

    /// In place: nothing is sorted anew, since a look at some volumes finds no new ones.
    private mutating func replace(_ names: [DeviceName], with facts: Facts) {
        let seenPools = Dictionary(facts.pools.map { ($0.device.name, Pool($0)) }, uniquingKeysWith: { first, _ in first })
        pools = pools.map { seenPools[$0.name] ?? $0 }
        let asked = Set(names)
        let looked = joined(facts.volumes, at: facts.takenAt, onto: volumes.filter { asked.contains($0.name) })
        let byName = Dictionary(looked.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        volumes = volumes.compactMap { asked.contains($0.name) ? byName[$0.name] : $0 }
    }

    private func joined(_ facts: [VolumeFact], at takenAt: MonotonicTime, onto previous: [Volume]) -> [Volume] {
        let poolNames = Dictionary(pools.map { ($0.number, $0.name) }, uniquingKeysWith: { first, _ in first })
        let known = Dictionary(previous.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return facts.map {
            Volume($0, poolName: poolNames[$0.table.pool], takenAt: takenAt, previous: known[$0.device.name])
        }
    }
}

extension Pool {
    init(_ fact: PoolFact) {
        self.init(
            name: fact.device.name, uuid: fact.device.uuid, number: fact.device.number, isSuspended: fact.device.isSuspended,
            owner: fact.owner, table: fact.table, status: fact.status)
    }
}

extension Volume {
    init(_ fact: VolumeFact, poolName: DeviceName?, takenAt: MonotonicTime, previous: Volume?) {
        let mapped: Bytes? = if case .working(let mapped, _) = fact.status { mapped.bytes } else { nil }
        self.init(
            identity: VolumeIdentity(
                name: fact.device.name, uuid: fact.device.uuid,
                // A pool that is not there under its number is shown by it.
                poolName: poolName ?? DeviceName(fact.table.pool.description), thinID: fact.table.thinID),
            number: fact.device.number, seenAt: takenAt, size: fact.table.length.bytes, mapped: mapped,
            externalOrigin: fact.table.externalOrigin, isSuspended: fact.device.isSuspended,
            openCount: fact.device.openCount, hasInactiveTable: fact.device.hasInactiveTable, owner: fact.owner,
            content: fact.content, holders: fact.holders, writers: fact.writers, mountPoints: fact.mountPoints, tags: fact.tags,
            awaitsLabels: fact.awaitsLabels)
        isDoubtful = Doubt.isDue(on: self, after: previous)
    }
}
