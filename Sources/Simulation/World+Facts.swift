// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
public import Host
import Units

/// The facts of all volumes that are present, made anew only for those that something happened to.
struct FactLedger: Sendable {
    fileprivate private(set) var facts: [VolumeFact] = []
    private var places: [Int] = []
    fileprivate private(set) var index: [Int: Int] = [:]
    /// Volumes whose fact is out of date.
    var dirty: [Int] = []

    mutating func add(_ place: Int, _ fact: VolumeFact) {
        index[place] = facts.count
        facts.append(fact)
        places.append(place)
    }

    mutating func remove(_ place: Int) {
        guard let gap = index.removeValue(forKey: place) else { return }
        let last = facts.count - 1
        if gap != last {
            facts[gap] = facts[last]
            places[gap] = places[last]
            index[places[gap]] = gap
        }
        facts.removeLast()
        places.removeLast()
    }

    fileprivate mutating func replace(_ place: Int, by fact: VolumeFact) {
        if let index = index[place] { facts[index] = fact }
    }

    fileprivate func fact(of place: Int) -> VolumeFact? { index[place].map { facts[$0] } }
}

extension World {
    /// One look. It shows the world as it is now; the facts say how long the look takes.
    public mutating func look(_ scope: Facts.Scope) -> Facts {
        chronicle.looks += 1
        freshen()
        var seen: [VolumeFact]
        let poolFacts: [PoolFact]
        let looked: [Int]
        switch scope {
        case .everything:
            seen = ledger.facts
            poolFacts = pools.map(\.fact)
            looked = Array(present.values)
        case .volumes(let names):
            looked = names.compactMap { present[$0] }
            seen = looked.compactMap { ledger.fact(of: $0) }
            poolFacts = Set(looked.map { volumes[$0].pool }).sorted().map { pools[$0].fact }
        }
        let complaints = complaints(about: looked)
        spoil(&seen, looked: scope == .everything ? nil : looked)
        var duration = timing.look + timing.lookPerVolume * seen.count
        if waitsForFilesystem(looked) { duration += timing.statfsDeadline }
        var facts = Facts(
            scope: scope, takenAt: now, wallTime: wallTime, duration: duration, pools: poolFacts, volumes: seen,
            complaints: complaints)
        facts.usageTimes = seen.compactMap { fact in
            guard case .mounted(let filesystem) = fact.content else { return nil }
            return filesystem.reading == .stuck ? timing.statfsDeadline : timing.lookPerVolume
        }
        return facts
    }

    private mutating func freshen() {
        for place in ledger.dirty {
            volumes[place].isDirty = false
            if volumes[place].isPresent { ledger.replace(place, by: fact(of: place)) }
        }
        ledger.dirty.removeAll(keepingCapacity: true)
    }

    // MARK: What goes wrong with looks

    /// Volumes that do not answer are few: they are those with a fault.
    private func stalled(_ looked: [Int]) -> [Int] {
        guard activeFaults.contains(where: { faults[$0].kind == .statfsStuck }) else { return [] }
        return looked.filter { volumes[$0].stalls > 0 }.sorted()
    }

    private func complaints(about looked: [Int]) -> [Facts.Complaint] {
        stalled(looked).map { place in
            Facts.Complaint(part: "statfs", kind: "timeout", text: "the filesystem of \(volumes[place].name) does not answer")
        }
    }

    /// The first look at a filesystem that does not answer waits for it.
    private mutating func waitsForFilesystem(_ looked: [Int]) -> Bool {
        let new = stalled(looked).filter { !volumes[$0].isKnownToStall }
        for place in new { volumes[place].isKnownToStall = true }
        return !new.isEmpty
    }

    /// Bad samples, by fault and by chance, in this look only.
    private mutating func spoil(_ facts: inout [VolumeFact], looked: [Int]?) {
        let hasFaults = activeFaults.contains { faults[$0].kind == .noInodes || faults[$0].kind == .zeroSize }
        guard hasFaults || chances.badSample > .zero else { return }
        for index in facts.indices {
            guard let place = looked?[index] ?? present[facts[index].device.name],
                case .mounted(var filesystem) = facts[index].content, case .usage(var usage) = filesystem.reading
            else { continue }
            if strikes(.noInodes, place, chance: chances.badSample) {
                usage.inodes = 0
                usage.inodesUsed = 0
            } else if strikes(.zeroSize, place) {
                usage = FilesystemUsage(size: .zero, used: .zero, available: .zero, inodes: 0, inodesUsed: 0)
            } else {
                continue
            }
            filesystem.reading = .usage(usage)
            facts[index].content = .mounted(filesystem)
        }
    }

    // MARK: One volume

    func fact(of place: Int) -> VolumeFact {
        let volume = volumes[place]
        let pool = pools[volume.pool]
        let content = volume.content
        let isOpen = content.isMounted || volume.scenario.content == .blank(isOpen: true)
        let mapped = Bytes(volume.mappedBlocks * pool.blockSize).wholeSectors
        return VolumeFact(
            device: DeviceFact(
                name: volume.name, uuid: volume.uuid, number: volume.number, isSuspended: volume.isSuspended,
                openCount: isOpen ? 1 : 0, hasInactiveTable: volume.inactiveLength != nil),
            table: ThinTable(length: volume.length, pool: pool.number, thinID: volume.thinID),
            status: pool.health == .failed ? .failed : .working(mapped: mapped, highest: mapped.lastSector),
            owner: volume.scenario.owner, content: content,
            mountPoints: content.isMounted ? [volume.filesystem?.mountPoint ?? ""] : [],
            tags: volume.scenario.owner.logicalVolume.map { _ in volume.scenario.tags })
    }
}

extension SimulatedVolume {
    var content: Content {
        switch scenario.content {
        case .foreign(let signature): return .foreign(signature: signature)
        case .blank: return .blank
        case .filesystem: break
        }
        guard let filesystem else { return .blank }
        guard filesystem.isMounted else {
            return isSuspended ? .unread(reason: "suspended") : .unmounted(kind: filesystem.kind, geometry: filesystem.geometry)
        }
        return .mounted(
            MountedFilesystem(
                kind: filesystem.kind, mountPoint: filesystem.mountPoint, isReadOnly: filesystem.isReadOnly,
                reading: stalls > 0 ? .stuck : .usage(filesystem.usage), geometry: filesystem.geometry))
    }
}

extension SimulatedPool {
    var fact: PoolFact {
        PoolFact(
            device: DeviceFact(name: scenario.name, number: number, openCount: 1), table: table, status: status,
            owner: scenario.owner)
    }
}

extension Content {
    fileprivate var isMounted: Bool {
        if case .mounted = self { true } else { false }
    }
}

extension Sectors {
    fileprivate var lastSector: Sectors? { count > 0 ? Sectors(count - 1) : nil }
}
