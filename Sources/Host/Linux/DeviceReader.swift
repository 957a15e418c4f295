// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Synchronization
import Units

/// What one look at device-mapper found.
struct DevicesFound: Sendable {
    var volumes: [VolumeReading] = []
    var pools: [PoolReading] = []
    var complaints: [Facts.Complaint] = []
}

/// Asks device-mapper, with a deadline for each device.
///
/// A status waits while its pool writes metadata, for ever if the disk under that is dead. A table never does. So tables
/// tell what there is, then the pools are asked, and only volumes of pools that answered are asked as well: one dead pool
/// takes one thread, not one for each of its volumes.
final class DeviceReader: Sendable {
    private enum Subject: Hashable, Sendable {
        case list
        case table(DeviceName)
        case volume(DeviceName)
        case pool(DeviceNumber)
    }

    private struct Known {
        var volumes: [DeviceName: VolumeReading] = [:]
        var pools: [DeviceNumber: PoolReading] = [:]
    }

    private let control: any DeviceAccess
    private let inquiry: Inquiry<Subject>
    /// The last reading of each device, for when it does not answer.
    private let known = Mutex(Known())

    init(control: any DeviceAccess, deadline: Duration = LinuxLimits.device) {
        self.control = control
        inquiry = Inquiry(BlockingPool(name: "hr-devices", limits: LinuxLimits.looking), deadline: deadline)
    }

    /// Every thin pool and volume.
    func everything() async throws(HostError) -> DevicesFound {
        let control = control
        let answer = await inquiry.ask(.list) { _ in Result { () throws(DeviceMapperError) in try control.list() } }
        let entries: [DeviceEntry]
        switch answer {
        case .value(.success(let list)): entries = list
        case .value(.failure(let error)): throw .failed("\(error)")
        case .stuck, .exhausted:
            throw .failed(
                "device-mapper has not listed its devices within \(inquiry.deadline.text): see `dmesg` and `dmsetup info`")
        }
        var found = DevicesFound()
        let tables = await tables(of: entries.map(\.name), &found)
        var pools: [PoolReading] = []
        for case .pool(let device, let table)? in tables.map(\.reading) {
            pools.append(PoolReading(device: device, table: table, status: .unknown("")))
        }
        known.withLock { known in
            for pool in pools where known.pools[pool.device.number]?.device != pool.device {
                known.pools[pool.device.number] = pool
            }
        }
        let dead = await readPools(pools.map(\.device.number), &found)
        await readVolumes(tables, deadPools: dead, &found)
        remember(found, all: true)
        return found
    }

    /// The named volumes that there are, and the pools under them.
    func volumes(_ names: [DeviceName]) async -> DevicesFound {
        var found = DevicesFound()
        let before = known.withLock { $0 }
        // Known ones of pools that answer need no table first.
        let quick = names.filter { name in before.volumes[name].map { !inquiry.isLost(.pool($0.table.pool)) } ?? false }
        let pools = unique(quick.compactMap { before.volumes[$0]?.table.pool })
        var dead = await readPools(pools, &found)
        let live = quick.filter { name in before.volumes[name].map { !dead.contains($0.table.pool) } ?? false }
        await readVolumes(live.map { ($0, nil) }, deadPools: dead, &found)

        let rest = names.filter { !live.contains($0) }
        if !rest.isEmpty {
            let tables = await tables(of: rest, &found)
            let others = unique(tables.compactMap { if case .volume(_, let table) = $0.reading { table.pool } else { nil } })
            dead.formUnion(await readPools(others.filter { !pools.contains($0) }, &found))
            await readVolumes(tables, deadPools: dead, &found)
        }
        // One that is of another pool now than it was.
        let seen = Set(found.pools.map(\.device.number)).union(dead)
        _ = await readPools(unique(found.volumes.map(\.table.pool)).filter { !seen.contains($0) }, &found)
        remember(found, all: false)
        return found
    }

    private func remember(_ found: DevicesFound, all: Bool) {
        known.withLock { known in
            if all { known = Known() }
            for volume in found.volumes { known.volumes[volume.device.name] = volume }
            for pool in found.pools { known.pools[pool.device.number] = pool }
        }
    }

    private func unique(_ numbers: [DeviceNumber]) -> [DeviceNumber] {
        var seen: Set<DeviceNumber> = []
        return numbers.filter { seen.insert($0).inserted }
    }

    private func ask<Reading: Sendable>(
        _ subjects: [Subject], _ question: @escaping @Sendable (DeviceQuestions, Subject) throws(DeviceMapperError) -> Reading
    ) async -> [Answer<Result<Reading, DeviceMapperError>>] {
        let questions = DeviceQuestions(control: control, former: known.withLock { $0.volumes })
        return await inquiry.ask(subjects) { subject in
            Result { () throws(DeviceMapperError) in try question(questions, subject) }
        }
    }

    private func tables(
        of names: [DeviceName], _ found: inout DevicesFound
    ) async -> [(name: DeviceName, reading: TableReading?)] {
        let answers = await ask(names.map { .table($0) }) { questions, subject throws(DeviceMapperError) -> TableReading in
            if case .table(let name) = subject { try questions.table(name) } else { .other }
        }
        return zip(names, answers).compactMap { name, answer in
            answer.told("\(name)", within: inquiry.deadline, &found.complaints).map { (name, $0) }
        }
    }

    /// Which of them did not answer. What was known of those is found again, without figures.
    private func readPools(_ numbers: [DeviceNumber], _ found: inout DevicesFound) async -> Set<DeviceNumber> {
        let answers = await ask(numbers.map { .pool($0) }) { questions, subject throws(DeviceMapperError) -> PoolReading? in
            if case .pool(let number) = subject { try questions.pool(number) } else { nil }
        }
        var dead: Set<DeviceNumber> = []
        for (number, answer) in zip(numbers, answers) {
            let before = known.withLock { $0.pools[number] }
            let name = before.map { "pool \($0.device.name)" } ?? "pool \(number)"
            if let pool = answer.told(name, within: inquiry.deadline, &found.complaints) {
                if let pool { found.pools.append(pool) }
            } else if answer.value == nil {
                dead.insert(number)
                guard var pool = before else { continue }
                pool.status = .unknown(DeviceReader.silence(inquiry.deadline))
                found.pools.append(pool)
            }
        }
        return dead
    }

    private func readVolumes(
        _ tables: [(name: DeviceName, reading: TableReading?)], deadPools: Set<DeviceNumber>, _ found: inout DevicesFound
    ) async {
        var asked: [DeviceName: TableReading] = [:]
        var names: [DeviceName] = []
        for (name, reading) in tables {
            switch reading {
            case .volume(let device, let table) where deadPools.contains(table.pool):
                let status = ThinStatus.unknown("its pool gave " + DeviceReader.silence(inquiry.deadline))
                found.volumes.append(VolumeReading(device: device, table: table, status: status))
            case .volume, nil:
                asked[name] = reading
                names.append(name)
            case .pool, .other, .gone: break
            }
        }
        let answers = await ask(names.map { .volume($0) }) {
            [asked] questions, subject throws(DeviceMapperError) -> VolumeReading? in
            if case .volume(let name) = subject { try questions.volume(name, table: asked[name]) } else { nil }
        }
        for (name, answer) in zip(names, answers) {
            if let volume = answer.told("\(name)", within: inquiry.deadline, &found.complaints) {
                if let volume { found.volumes.append(volume) }
            } else if answer.value == nil, var volume = known.withLock({ $0.volumes[name] }) {
                volume.status = .unknown(DeviceReader.silence(inquiry.deadline))
                found.volumes.append(volume)
            }
        }
    }

    private static func silence(_ deadline: Duration) -> String { "no answer within \(deadline.text)" }
}

extension Answer {
    /// What device-mapper said, or a complaint about why it said nothing.
    fileprivate func told<Reading>(
        _ name: String, within deadline: Duration, _ complaints: inout [Facts.Complaint]
    ) -> Reading? where Value == Result<Reading, DeviceMapperError> {
        switch self {
        case .value(.success(let reading)): return reading
        case .value(.failure(let error)):
            complaints.append(Facts.Complaint(part: "devicemapper", kind: "failed", text: "\(error)"))
        case .stuck, .exhausted:
            complaints.append(
                Facts.Complaint(
                    part: "devicemapper", kind: "timeout",
                    text: "\(name) has not told its state within \(deadline.text): see `dmesg` and `dmsetup info`"))
        }
        return nil
    }
}
