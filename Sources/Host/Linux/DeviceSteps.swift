// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Glibc
import Units

/// Carries out the steps that make and remove a device. Blocks.
struct DeviceSteps {
    let control: any DeviceAccess
    /// How long somebody else may take to give a device its first table.
    var making = LinuxLimits.making

    /// Makes the device anew; one that its owner made again meanwhile, shorter, is made longer. `beforeNaming`: see
    /// ``DeviceControl/create(_:uuid:_:beforeNaming:)``.
    func restore(
        _ identity: VolumeIdentity, length: Sectors, beforeNaming: (DeviceNumber) -> Void = { _ in }
    ) throws(StepFailure) {
        let name = identity.name
        if let present = try attempt({ () throws(DeviceMapperError) in try control.table(of: name, .live) }) {
            if present.hasLiveTable { return try lengthen(identity, to: length) }
            return try waitAndFinish(identity, length: length, beforeNaming: beforeNaming)
        }
        let pool = try pool(of: identity)
        try checkUnused(identity, in: pool)
        let table = ThinTable(length: length, pool: pool, thinID: identity.thinID)
        do throws(DeviceMapperError) {
            try control.create(name, uuid: identity.uuid, table.target, beforeNaming: beforeNaming)
        } catch {
            if error.isBusy { throw .refused("\(name) was made by somebody else just now, or its uuid is another's") }
            throw StepFailure(error)
        }
        try check(identity, has: table)
    }

    /// Gives a device its first table, in the place of somebody who crashed while making it.
    func finish(_ identity: VolumeIdentity, length: Sectors) throws(StepFailure) {
        let name = identity.name
        guard let present = try attempt({ () throws(DeviceMapperError) in try control.table(of: name, .live) }) else {
            throw .refused("there is no device \(name) any more")
        }
        guard !present.hasLiveTable, present.uuid == identity.uuid, present.openCount == 0 else {
            throw .refused("\(name) is not a device that was left without a table: see `dmsetup info \(name)`")
        }
        let pool = try pool(of: identity)
        try checkUnused(identity, in: pool)
        let table = ThinTable(length: length, pool: pool, thinID: identity.thinID)
        try attempt { () throws(DeviceMapperError) in try control.load(table.target, into: name) }
        try attempt { () throws(DeviceMapperError) in try control.resume(name) }
        try check(identity, has: table)
    }

    private func waitAndFinish(
        _ identity: VolumeIdentity, length: Sectors, beforeNaming: (DeviceNumber) -> Void
    ) throws(StepFailure) {
        let name = identity.name
        let deadline = LinuxClock.now().advanced(by: making)
        while LinuxClock.now() < deadline {
            usleep(UInt32(clamping: LinuxLimits.makingWatch.nanosecondsClamped / 1000))
            let present = try attempt { () throws(DeviceMapperError) in try control.table(of: name, .live) }
            guard let present else { return try restore(identity, length: length, beforeNaming: beforeNaming) }
            if present.hasLiveTable { return try lengthen(identity, to: length) }
        }
        try finish(identity, length: length)
    }

    private func check(_ identity: VolumeIdentity, has table: ThinTable) throws(StepFailure) {
        guard try LiveVolume(identity, through: control).table == table else {
            let name = identity.name
            throw .failed("\(name) was made, but its live table is not the one that was meant: see `dmsetup table \(name)`")
        }
    }

    /// Loads the longer table and makes it live. Done when the device is long enough.
    func lengthen(_ identity: VolumeIdentity, to length: Sectors) throws(StepFailure) {
        if try LiveVolume(identity, through: control).table.length >= length { return }
        let tables = TableSteps(control: control)
        try tables.load(identity, length: length)
        do throws(StepFailure) {
            try tables.resume(identity, length: length)
        } catch {
            try? tables.clear(identity)
            throw error
        }
    }

    func release(_ identity: VolumeIdentity) throws(StepFailure) {
        let name = identity.name
        let present = try attempt { () throws(DeviceMapperError) in try control.table(of: name, .live) }
        guard let present else { return }
        // One that was left without a table has only its name and uuid to be known by.
        if present.hasLiveTable || present.uuid != identity.uuid { _ = try LiveVolume(identity, through: control) }
        if present.openCount > 0 { throw .refused("\(name) is open: it is removed once nobody uses it") }
        do throws(DeviceMapperError) {
            try control.remove(name)
        } catch {
            if error.isGone { return }
            throw StepFailure(error)
        }
    }

    private func pool(of identity: VolumeIdentity) throws(StepFailure) -> DeviceNumber {
        let name = identity.poolName
        guard let pool = try attempt({ () throws(DeviceMapperError) in try control.table(of: name, .live) }),
            pool.onlyTarget?.kind == ThinPoolTable.kind
        else { throw .refused("pool \(name) is not there: \(identity.name) is made once it is") }
        // A thin table does not load while its pool is suspended.
        if pool.isSuspended { throw .refused("pool \(name) is suspended: try again once whoever did that has resumed it") }
        return pool.number
    }

    /// The kernel would let two devices write to one thin volume.
    private func checkUnused(_ identity: VolumeIdentity, in pool: DeviceNumber) throws(StepFailure) {
        // Its own device, if it is there, has no live table.
        for entry in try attempt({ () throws(DeviceMapperError) in try control.list() }) where entry.name != identity.name {
            guard let live = try attempt({ () throws(DeviceMapperError) in try control.table(of: entry.name, .live) }) else {
                continue
            }
            var lines = live.targets
            if live.hasInactiveTable {
                let waiting = try attempt { () throws(DeviceMapperError) in try control.table(of: entry.name, .inactive) }
                lines += waiting?.targets ?? []
            }
            for line in lines {
                guard let table = ThinTable(parsing: line), table.pool == pool, table.thinID == identity.thinID else { continue }
                throw .refused("thin id \(table.thinID) of pool \(identity.poolName) is in use by \(entry.name)")
            }
        }
    }
}
