// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Units

/// A volume that was found to be the one that is meant, right now.
struct LiveVolume {
    let device: DeviceReply
    let pool: DeviceReply
    let table: ThinTable

    /// Looks at name, uuid, pool and thin id, and at what the live table says.
    init(_ identity: VolumeIdentity, through control: any DeviceAccess) throws(StepFailure) {
        let name = identity.name
        guard let device = try attempt({ () throws(DeviceMapperError) in try control.table(of: name, .live) }) else {
            throw .refused("there is no device \(name) any more")
        }
        guard device.uuid == identity.uuid else {
            throw .refused("\(name) is another device now: its uuid is \"\(device.uuid)\", not \"\(identity.uuid)\"")
        }
        guard let line = device.onlyTarget, let table = ThinTable(parsing: line) else {
            throw .refused("\(name) has no thin table that can be read: see `dmsetup table`; its pool may have failed")
        }
        guard table.thinID == identity.thinID else {
            throw .refused("\(name) is another volume now: its thin id is \(table.thinID), not \(identity.thinID)")
        }
        guard let pool = try attempt({ () throws(DeviceMapperError) in try control.status(of: table.pool) }),
            pool.name == identity.poolName
        else { throw .refused("\(name) is not in pool \(identity.poolName) any more") }
        self.device = device
        self.pool = pool
        self.table = table
    }

    /// Nothing may be sent to a suspended volume: it would wait, and take effect whenever it is resumed.
    func checkRunning() throws(StepFailure) {
        if device.isSuspended { throw .refused("\(device.name) is suspended: try again once whoever did that has resumed it") }
        if pool.isSuspended { throw .refused("pool \(pool.name) is suspended: try again once whoever did that has resumed it") }
    }
}
