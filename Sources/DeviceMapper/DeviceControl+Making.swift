// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CDeviceMapper
import FailPoints
import Synchronization
public import Units

extension DeviceControl {
    /// Makes a device whose live table is this one line, or none at all. A name or uuid that is there already is an error
    /// (`isBusy`). Its node and links are udev's to make, in its own time.
    public func create(_ name: DeviceName, uuid: String, _ target: Target) throws(DeviceMapperError) {
        // One by one: in a task that does all three, libdevmapper would note the node down in a list that threads share.
        let task = try Task(.create, on: .name(name))
        if !uuid.isEmpty { try task.named(uuid: uuid) }
        FailPoint.makeBefore.reached()
        try task.run { _ in }
        FailPoint.makeNamed.reached()
        do throws(DeviceMapperError) {
            try load(target, into: name)
            FailPoint.makeLoaded.reached()
            try resume(name)
        } catch {
            try? remove(name)
            throw error
        }
        FailPoint.makeAfter.reached()
    }

    /// Takes a device away. One that somebody has open stays, and that is an error (`isBusy`).
    public func remove(_ name: DeviceName) throws(DeviceMapperError) {
        FailPoint.removeBefore.reached()
        let result: Result<Void, DeviceMapperError> = DeviceControl.nodes.withLock { _ in
            // What libdevmapper noted down of the node: where udev has removed the link, there is nothing left to do.
            defer { dm_task_update_nodes() }
            return Result { () throws(DeviceMapperError) in
                let task = try Task(.remove, on: .name(name))
                try task.withUdevCookie()
                try task.run { _ in }
            }
        }
        try result.get()
        FailPoint.removeAfter.reached()
    }

    /// libdevmapper's list of nodes to be changed, which only a removal here adds to.
    private static let nodes = Mutex(())
}
