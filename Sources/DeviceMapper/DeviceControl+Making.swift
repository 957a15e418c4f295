// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CDeviceMapper
import CLinux
import FailPoints
import Glibc
import Synchronization
public import Units

extension DeviceControl {
    /// Makes a device whose live table is this one line, or none at all. A name or uuid that is there already is an error
    /// (`isBusy`). Its node and links are udev's to make, in its own time.
    ///
    /// It gets its name last, so that nobody who looks for that finds it half made: dockerd takes what is there for ready.
    ///
    /// - Parameter beforeNaming: is told its number then, when nothing but the name is missing.
    public func create(
        _ name: DeviceName, uuid: String, _ target: Target, beforeNaming: (DeviceNumber) -> Void = { _ in }
    ) throws(DeviceMapperError) {
        let unnamed = DeviceName.unnamed()
        // One by one: in a task that does all three, libdevmapper would note the node down in a list that threads share.
        let task = try Task(.create, on: .name(unnamed))
        if !uuid.isEmpty { try task.named(uuid: uuid) }
        FailPoint.makeBefore.reached()
        try task.run { _ in }
        FailPoint.makeUnnamed.reached()
        do throws(DeviceMapperError) {
            try load(target, into: unnamed)
            FailPoint.makeLoaded.reached()
            try resume(unnamed)
            FailPoint.makeResumed.reached()
            if let number = try table(of: unnamed)?.number { beforeNaming(number) }
            try rename(unnamed, to: name)
        } catch {
            try? remove(unnamed)
            throw error
        }
        FailPoint.makeAfter.reached()
    }

    /// Takes away what somebody left behind who was killed before he could give it its name. Only for a process that knows that
    /// nobody is making any: it would be taken away, too. What is left is an error.
    public func removeUnnamed() throws(DeviceMapperError) {
        for entry in try listAll() where entry.name.isUnnamed { try remove(entry.name) }
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

    private func rename(_ former: DeviceName, to name: DeviceName) throws(DeviceMapperError) {
        let control = open("/dev/mapper/control", O_RDWR | O_CLOEXEC)
        defer { if control >= 0 { close(control) } }
        guard control >= 0, former.withCString({ from in name.withCString { hr_dm_rename(control, from, $0) } }) == 0 else {
            throw DeviceMapperError(call: "name", device: name, errno: errno, said: ErrorText.of(errno))
        }
    }
}

extension DeviceName {
    /// For a device until it gets its name; another each time.
    fileprivate static func unnamed() -> DeviceName {
        let (_, count) = counter.add(1, ordering: .relaxed)
        return DeviceName(bytes: beginning + Array("\(count)".utf8))
    }

    var isUnnamed: Bool { bytes.starts(with: DeviceName.beginning) }

    private static let beginning = Array("headroom-unnamed-".utf8)
    private static let counter = Atomic<UInt64>(0)
}
