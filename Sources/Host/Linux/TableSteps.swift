// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import FailPoints
import Units

/// Carries out the steps that change a table. Blocks.
struct TableSteps {
    let control: any DeviceAccess

    func load(_ identity: VolumeIdentity, length: Sectors) throws(StepFailure) {
        let volume = try LiveVolume(identity, through: control)
        try volume.checkRunning()
        let name = identity.name
        guard length > volume.table.length else {
            throw .refused("\(name) has \(volume.table.length.bytes) already: a table is only ever replaced by a longer one")
        }
        var wanted = volume.table
        wanted.length = length
        if volume.device.hasInactiveTable {
            let waiting = try inactive(name)
            guard let waiting, waiting.differsOnlyInLength(from: volume.table) else {
                throw .refused("\(name) has a table waiting that Headroom did not load: resume it, or `dmsetup clear \(name)`")
            }
        }
        FailPoint.loadBefore.reached()
        try attempt { () throws(DeviceMapperError) in try control.load(wanted.target, into: name) }
        FailPoint.loadUnverified.reached()
        guard try inactive(name) == wanted else {
            try? control.clearInactiveTable(of: name)
            throw .failed("the table that \(name) holds after the load is not the one that was loaded; it was cleared again")
        }
        FailPoint.loadAfter.reached()
    }

    /// Gives how long the kernel had it suspended, at most: it suspends, swaps the tables and resumes in one call.
    @discardableResult
    func resume(_ identity: VolumeIdentity, length: Sectors) throws(StepFailure) -> Duration? {
        let volume = try LiveVolume(identity, through: control)
        let name = identity.name
        if !volume.device.hasInactiveTable, volume.table.length == length { return nil }
        try volume.checkRunning()
        guard let waiting = try inactive(name), waiting.differsOnlyInLength(from: volume.table), waiting.length == length,
            length >= volume.table.length
        else { throw .refused("\(name) has no table waiting that was loaded for \(length.bytes)") }
        FailPoint.resumeBefore.reached()
        let began = ContinuousClock.now
        do throws(DeviceMapperError) {
            try control.resume(name)
        } catch {
            throw afterFailedResume(name, error)
        }
        let suspended = began.duration(to: .now)
        FailPoint.resumeUnverified.reached()
        let now = try attempt { () throws(DeviceMapperError) in try control.table(of: name, .live) }
        guard let line = now?.onlyTarget, let table = ThinTable(parsing: line), table == waiting else {
            throw .failed("\(name) was resumed, but its live table is not the one that was loaded: see `dmsetup table \(name)`")
        }
        FailPoint.resumeAfter.reached()
        return suspended
    }

    /// The kernel suspends before it swaps. Where the swap fails it leaves the device so, with its old table: nobody else
    /// would ever resume it, and it was not suspended before.
    private func afterFailedResume(_ name: DeviceName, _ error: DeviceMapperError) -> StepFailure {
        let state = try? control.status(of: name)
        guard state?.isSuspended == true, state?.hasInactiveTable == false else { return StepFailure(error) }
        do throws(DeviceMapperError) {
            try control.resume(name)
            return .failed("\(error); the volume runs on with its old table", errno: error.errno)
        } catch let second {
            return .failed("\(error); it is left suspended, since \(second): `dmsetup resume \(name)`", errno: error.errno)
        }
    }

    func clear(_ identity: VolumeIdentity) throws(StepFailure) {
        let volume = try LiveVolume(identity, through: control)
        if !volume.device.hasInactiveTable { return }
        FailPoint.clearBefore.reached()
        try attempt { () throws(DeviceMapperError) in try control.clearInactiveTable(of: identity.name) }
        FailPoint.clearAfter.reached()
    }

    /// The table that waits, if it is a thin one.
    private func inactive(_ name: DeviceName) throws(StepFailure) -> ThinTable? {
        let reply = try attempt { () throws(DeviceMapperError) in try control.table(of: name, .inactive) }
        return reply?.onlyTarget.flatMap { ThinTable(parsing: $0) }
    }

    /// How long the live table is, if that can be read.
    func liveLength(_ name: DeviceName) -> Sectors? {
        let reply = try? control.table(of: name, .live)
        return reply?.onlyTarget?.length
    }
}

extension ThinTable {
    func differsOnlyInLength(from other: ThinTable) -> Bool {
        pool == other.pool && thinID == other.thinID && externalOrigin == other.externalOrigin
    }
}
