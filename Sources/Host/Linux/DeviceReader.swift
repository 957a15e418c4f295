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
final class DeviceReader: Sendable {
    private struct Known {
        var volumes: [DeviceName: VolumeReading] = [:]
        var pools: [DeviceNumber: PoolReading] = [:]
    }

    private let control: DeviceControl
    private let inquiry: Inquiry<DeviceSubject>
    /// The last reading of each device, for when it does not answer.
    private let known = Mutex(Known())

    init(control: DeviceControl) {
        self.control = control
        inquiry = Inquiry(BlockingPool(name: "hr-devices", limits: LinuxLimits.looking), deadline: LinuxLimits.device)
    }

    /// Every thin pool and volume.
    func everything() async throws(HostError) -> DevicesFound {
        let entries = try await list()
        let found = await read(entries.map { .name($0.name) })
        known.withLock { known in
            known = Known()
            for volume in found.volumes { known.volumes[volume.device.name] = volume }
            for pool in found.pools { known.pools[pool.device.number] = pool }
        }
        return found
    }

    /// The named volumes that there are, and the pools under them.
    func volumes(_ names: [DeviceName]) async -> DevicesFound {
        var found = await read(names.map { .name($0) })
        found.pools = []
        var seen: Set<DeviceNumber> = []
        let numbers = found.volumes.map(\.table.pool).filter { seen.insert($0).inserted }
        let pools = await read(numbers.map { .number($0) })
        found.pools = pools.pools
        found.complaints += pools.complaints
        known.withLock { known in
            for volume in found.volumes { known.volumes[volume.device.name] = volume }
            for pool in found.pools { known.pools[pool.device.number] = pool }
        }
        return found
    }

    private func list() async throws(HostError) -> [DeviceEntry] {
        let control = control
        let answer = await inquiry.ask(.everything) { _ in Result { () throws(DeviceMapperError) in try control.list() } }
        switch answer {
        case .value(.success(let entries)): return entries
        case .value(.failure(let error)): throw .failed("\(error)")
        case .stuck, .exhausted:
            throw .failed(
                "device-mapper has not listed its devices within \(inquiry.deadline.text): see `dmesg` and `dmsetup info`")
        }
    }

    private func read(_ subjects: [DeviceSubject]) async -> DevicesFound {
        let former = known.withLock { $0.volumes }
        let control = control
        let answers = await inquiry.ask(subjects) { subject in
            Result { () throws(DeviceMapperError) in
                try DeviceReading.read(subject, through: control, former: former)
            }
        }
        var found = DevicesFound()
        for (subject, answer) in zip(subjects, answers) {
            switch answer {
            case .value(.success(.volume(let volume))): found.volumes.append(volume)
            case .value(.success(.pool(let pool))): found.pools.append(pool)
            case .value(.success(.other)), .value(.success(.gone)): break
            case .value(.failure(let error)):
                found.complaints.append(Facts.Complaint(part: "devicemapper", kind: "failed", text: "\(error)"))
            case .stuck, .exhausted: recall(subject, into: &found)
            }
        }
        return found
    }

    /// What was known of a device that does not answer, without the figures that it would have told.
    private func recall(_ subject: DeviceSubject, into found: inout DevicesFound) {
        let silence = "no answer within \(inquiry.deadline.text)"
        var name = ""
        known.withLock { known in
            switch subject {
            case .everything: break
            case .name(let wanted):
                name = "\(wanted)"
                if var volume = known.volumes[wanted] {
                    volume.status = .unknown(silence)
                    found.volumes.append(volume)
                } else if var pool = known.pools.values.first(where: { $0.device.name == wanted }) {
                    pool.status = .unknown(silence)
                    found.pools.append(pool)
                }
            case .number(let number):
                name = "\(number)"
                if var pool = known.pools[number] {
                    name = "\(pool.device.name)"
                    pool.status = .unknown(silence)
                    found.pools.append(pool)
                }
            }
        }
        found.complaints.append(
            Facts.Complaint(
                part: "devicemapper", kind: "timeout",
                text: "device \(name) has not told its state within \(inquiry.deadline.text): see `dmesg` and `dmsetup info`"))
    }
}
