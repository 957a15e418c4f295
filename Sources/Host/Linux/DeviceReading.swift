// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Units

/// A volume as device-mapper alone tells it.
struct VolumeReading: Sendable {
    var device: DeviceFact
    var table: ThinTable
    var status: ThinStatus
    var key: VolumeKey { VolumeKey(name: device.name, uuid: device.uuid, pool: table.pool, thinID: table.thinID) }
}

/// What makes two readings be of the same volume.
struct VolumeKey: Hashable, Sendable {
    var name: DeviceName
    var uuid: String
    var pool: DeviceNumber
    var thinID: UInt32
}

/// A pool as device-mapper alone tells it.
struct PoolReading: Sendable {
    var device: DeviceFact
    var table: ThinPoolTable?
    var status: ThinPoolStatus

    /// A device of it can be read without waiting for somebody to resume or repair the pool.
    var answersReads: Bool {
        if device.isSuspended { return false }
        return if case .working = status { true } else { false }
    }
}

/// One device, read.
enum DeviceReading: Sendable {
    case volume(VolumeReading)
    case pool(PoolReading)
    /// Neither, or without a table.
    case other
    case gone
}

extension DeviceReading {
    /// Reads one device. `former` is what was known of it: a volume of a failed pool does not tell its id any more.
    static func read(
        _ subject: DeviceSubject, through control: DeviceControl, former: [DeviceName: VolumeReading]
    ) throws(DeviceMapperError) -> DeviceReading {
        for _ in 0..<LinuxLimits.rereads {
            guard let status = try subject.status(control) else { return .gone }
            guard let target = status.onlyTarget, target.kind == ThinTable.kind || target.kind == ThinPoolTable.kind else {
                return .other
            }
            guard let table = try subject.table(control) else { return .gone }
            // Between the two calls the device may have been replaced, or grown.
            guard table.name == status.name, table.uuid == status.uuid, table.number == status.number,
                let line = table.onlyTarget, line.kind == target.kind, line.length == target.length
            else { continue }
            let device = DeviceFact(table)
            if target.kind == ThinPoolTable.kind {
                return .pool(
                    PoolReading(device: device, table: ThinPoolTable(parsing: line), status: ThinPoolStatus(parsing: target)))
            }
            let known: ThinTable
            if let parsed = ThinTable(parsing: line) {
                known = parsed
            } else {
                known = try assumed(device, length: line.length, control: control, former: former[device.name])
            }
            return .volume(VolumeReading(device: device, table: known, status: ThinStatus(parsing: target)))
        }
        return .other
    }

    /// The table of a volume that does not tell it.
    private static func assumed(
        _ device: DeviceFact, length: Sectors, control: DeviceControl, former: VolumeReading?
    ) throws(DeviceMapperError) -> ThinTable {
        if let former, former.device.uuid == device.uuid, former.device.number == device.number,
            former.table.length == length
        {
            return former.table
        }
        var pool = DeviceNumber(major: 0, minor: 0)
        for number in try control.dependencies(of: device.number) {
            if try control.status(of: number)?.onlyTarget?.kind == ThinPoolTable.kind { pool = number }
        }
        return ThinTable(length: length, pool: pool, thinID: ThinTable.unknownID)
    }
}

/// What a question to device-mapper is about.
enum DeviceSubject: Hashable, Sendable {
    case everything
    case name(DeviceName)
    case number(DeviceNumber)

    func status(_ control: DeviceControl) throws(DeviceMapperError) -> DeviceReply? {
        switch self {
        case .everything: nil
        case .name(let name): try control.status(of: name)
        case .number(let number): try control.status(of: number)
        }
    }

    func table(_ control: DeviceControl) throws(DeviceMapperError) -> DeviceReply? {
        switch self {
        case .everything: nil
        case .name(let name): try control.table(of: name)
        case .number(let number): try control.table(of: number)
        }
    }
}

extension DeviceFact {
    init(_ reply: DeviceReply) {
        self.init(
            name: reply.name, uuid: reply.uuid, number: reply.number, isSuspended: reply.isSuspended,
            openCount: reply.openCount, hasInactiveTable: reply.hasInactiveTable)
    }
}
