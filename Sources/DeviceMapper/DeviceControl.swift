// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CDeviceMapper
import CLinux
import Synchronization
public import Units

/// The door to the kernel's device-mapper. To have one means that libdevmapper is set up and the kernel answers.
///
/// libdevmapper is not made for threads, but once it is set up (the control device open, versions known) the requests
/// used here touch nothing that two of them share. They may block for as long as a pool's metadata device does.
public struct DeviceControl: Sendable {
    /// The kernel's interface version: `4.47.0`.
    public let driverVersion: String
    private let tellsEvents: Bool

    /// Fails when the kernel has no device-mapper, or without root.
    public init() throws(DeviceMapperError) {
        driverVersion = try DeviceControl.setUp()
        let numbers = driverVersion.split(separator: ".").compactMap { UInt32($0) }
        tellsEvents = numbers.count >= 2 && (numbers[0], numbers[1]) >= (4, 37)
    }

    private static let isSetUp = Mutex(false)

    private static func setUp() throws(DeviceMapperError) -> String {
        // Two at once would both open the control device.
        let result: Result<String, DeviceMapperError> = isSetUp.withLock { isSetUp in
            if !isSetUp {
                hr_dm_collect_log()
                // udev gets its cookies, and nothing ever waits for it.
                dm_udev_set_sync_support(0)
                // Names are the kernel's own bytes.
                dm_set_name_mangling_mode(DM_STRING_MANGLING_NONE)
                dm_hold_control_dev(1)
            }
            do throws(DeviceMapperError) {
                let version = try Task(.version).run { task in
                    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
                        guard let start = text.baseAddress else { return "" }
                        return dm_task_get_driver_version(task, start, text.count) == 0 ? "" : String(cString: start)
                    }
                }
                isSetUp = true
                return .success(version)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Every device, in one call, but for those that have no name yet.
    public func list() throws(DeviceMapperError) -> [DeviceEntry] { try listAll().filter { !$0.name.isUnnamed } }

    func listAll() throws(DeviceMapperError) -> [DeviceEntry] {
        try Task(.list).run { task in
            var entries: [DeviceEntry] = []
            // An empty list is one entry without a device number.
            var next = dm_task_get_names(task).flatMap { $0.pointee.dev == 0 ? nil : UnsafeRawPointer($0) }
            while let pointer = next {
                let entry = hr_dm_entry_at(pointer, tellsEvents ? 1 : 0)
                entries.append(
                    DeviceEntry(
                        name: DeviceName(cString: entry.name), number: DeviceNumber(major: entry.major, minor: entry.minor),
                        event: entry.event))
                next = entry.next
            }
            return entries
        }
    }

    /// Nil when there is no such device.
    public func status(of name: DeviceName) throws(DeviceMapperError) -> DeviceReply? { try status(.name(name)) }
    public func status(of number: DeviceNumber) throws(DeviceMapperError) -> DeviceReply? { try status(.number(number)) }

    /// Nil when there is no such device. A device without the table that was asked for has no targets.
    public func table(of name: DeviceName, _ slot: TableSlot = .live) throws(DeviceMapperError) -> DeviceReply? {
        try table(.name(name), slot)
    }
    public func table(of number: DeviceNumber, _ slot: TableSlot = .live) throws(DeviceMapperError) -> DeviceReply? {
        try table(.number(number), slot)
    }

    /// The devices that the live table stands on; none when there is no such device. A volume of a failed pool still tells
    /// its pool so, though not by its table.
    public func dependencies(of number: DeviceNumber) throws(DeviceMapperError) -> [DeviceNumber] {
        do throws(DeviceMapperError) {
            return try Task(.dependencies, on: .number(number)).run { task in
                guard let reply = dm_task_get_deps(task) else { return [] }
                return (0..<hr_dm_dependency_count(reply)).map { index in
                    var (major, minor): (UInt32, UInt32) = (0, 0)
                    hr_dm_dependency_at(reply, index, &major, &minor)
                    return DeviceNumber(major: major, minor: minor)
                }
            }
        } catch {
            if error.isGone { return [] }
            throw error
        }
    }

    /// Puts a table of this one line into the device's inactive slot, in the place of what is there.
    public func load(_ target: Target, into name: DeviceName) throws(DeviceMapperError) {
        let task = try Task(.reload, on: .name(name))
        try task.add(target)
        try task.run { _ in }
    }

    /// Makes the inactive table live. Neither freezes the filesystem nor flushes what is under way: nothing is lost by that
    /// when a thin table only gets longer.
    public func resume(_ name: DeviceName) throws(DeviceMapperError) {
        let task = try Task(.resume, on: .name(name))
        try task.withoutFreeze()
        try task.withoutFlush()
        try task.withUdevCookie()
        try task.run { _ in }
    }

    /// Throws the inactive table away, if there is one.
    public func clearInactiveTable(of name: DeviceName) throws(DeviceMapperError) {
        try Task(.clear, on: .name(name)).run { _ in }
    }

    private func status(_ device: DeviceReference) throws(DeviceMapperError) -> DeviceReply? {
        let task = try Task(.status, on: device)
        try task.withoutFlush()
        return try DeviceReply.reading(task)
    }

    private func table(_ device: DeviceReference, _ slot: TableSlot) throws(DeviceMapperError) -> DeviceReply? {
        let task = try Task(.table, on: device)
        try task.withoutFlush()
        if slot == .inactive { try task.ofInactiveTable() }
        return try DeviceReply.reading(task)
    }
}

/// A device has up to two tables: the live one, and one that was loaded and waits for the resume.
public enum TableSlot: Hashable, Sendable { case live, inactive }
