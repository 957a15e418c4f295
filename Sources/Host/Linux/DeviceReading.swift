// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Units

/// A volume as device-mapper alone tells it.
struct VolumeReading: Hashable, Sendable {
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
struct PoolReading: Hashable, Sendable {
    var device: DeviceFact
    var table: ThinPoolTable?
    var status: ThinPoolStatus

    /// A device of it can be read without waiting for somebody to resume or repair the pool.
    var answersReads: Bool {
        if device.isSuspended { return false }
        return if case .working = status { true } else { false }
    }
}

/// What a device is, by its live table. Never waits for a pool's metadata, as a status may.
enum TableReading: Hashable, Sendable {
    case volume(DeviceFact, ThinTable)
    case pool(DeviceFact, ThinPoolTable?)
    /// Neither, or without a live table.
    case other
    case gone
}

/// Reads devices one by one. Blocks.
struct DeviceQuestions: Sendable {
    let control: any DeviceAccess
    /// What was known: a volume of a failed pool does not tell its id any more.
    let former: [DeviceName: VolumeReading]

    func table(_ name: DeviceName) throws(DeviceMapperError) -> TableReading {
        guard let reply = try control.table(of: name, .live) else { return .gone }
        guard let line = reply.onlyTarget else { return .other }
        let device = DeviceFact(reply)
        switch line.kind {
        case ThinPoolTable.kind: return .pool(device, ThinPoolTable(parsing: line))
        case ThinTable.kind:
            if let table = ThinTable(parsing: line) { return .volume(device, table) }
            return .volume(device, try assumed(device, length: line.length))
        default: return .other
        }
    }

    /// Nil when it is no volume, or none any more. `table`: what `table(_:)` has just told.
    func volume(_ name: DeviceName, table: TableReading? = nil) throws(DeviceMapperError) -> VolumeReading? {
        var next = table
        for _ in 0..<LinuxLimits.rereads {
            let reading: TableReading
            if let next { reading = next } else { reading = try self.table(name) }
            next = nil
            guard case .volume(let device, let table) = reading, let reply = try control.status(of: name) else { return nil }
            // Between the two answers it may have been replaced, or grown.
            guard reply.isSame(as: device), let line = reply.onlyTarget, line.kind == ThinTable.kind, line.length == table.length
            else { continue }
            return VolumeReading(device: DeviceFact(reply), table: table, status: ThinStatus(parsing: line))
        }
        return nil
    }

    /// Nil when it is no pool, or none any more.
    func pool(_ number: DeviceNumber) throws(DeviceMapperError) -> PoolReading? {
        for _ in 0..<LinuxLimits.rereads {
            guard let table = try control.table(of: number, .live), let line = table.onlyTarget, line.kind == ThinPoolTable.kind,
                let reply = try control.status(of: number)
            else { return nil }
            guard reply.isSame(as: DeviceFact(table)), let status = reply.onlyTarget, status.length == line.length
            else { continue }
            return PoolReading(
                device: DeviceFact(reply), table: ThinPoolTable(parsing: line), status: ThinPoolStatus(parsing: status))
        }
        return nil
    }

    /// The table of a volume that does not tell it.
    private func assumed(_ device: DeviceFact, length: Sectors) throws(DeviceMapperError) -> ThinTable {
        if let known = former[device.name], known.device.uuid == device.uuid, known.device.number == device.number,
            known.table.length == length
        {
            return known.table
        }
        var pool = DeviceNumber(major: 0, minor: 0)
        for number in try control.dependencies(of: device.number) {
            if try control.table(of: number, .live)?.onlyTarget?.kind == ThinPoolTable.kind { pool = number }
        }
        return ThinTable(length: length, pool: pool, thinID: ThinTable.unknownID)
    }
}

extension DeviceReply {
    fileprivate func isSame(as device: DeviceFact) -> Bool {
        name == device.name && uuid == device.uuid && number == device.number
    }
}

extension DeviceFact {
    init(_ reply: DeviceReply) {
        self.init(
            name: reply.name, uuid: reply.uuid, number: reply.number, isSuspended: reply.isSuspended,
            openCount: reply.openCount, hasInactiveTable: reply.hasInactiveTable)
    }
}
