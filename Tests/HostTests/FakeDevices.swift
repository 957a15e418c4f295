// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Glibc
import Synchronization
import Units

@testable import Host

/// Device-mapper as a table in memory, with the kernel's rules as far as the host relies on them.
final class FakeDevices: DeviceAccess {
    struct Device {
        var uuid = ""
        var number: DeviceNumber
        var isSuspended = false
        var openCount: UInt32 = 0
        var live: Target?
        var inactive: Target?
        /// The words behind the kind in its status.
        var status = ""
        var dependencies: [DeviceNumber] = []
    }

    struct State {
        var devices: [DeviceName: Device] = [:]
        /// Its status blocks until it is taken out again, as with a dead metadata device.
        var deaf: Set<DeviceName> = []
        var calls: [String] = []
        /// Runs before the answer to a status.
        var beforeStatus: (@Sendable (inout State) -> Void)?
        /// Runs after a table was loaded.
        var afterLoad: (@Sendable (inout State) -> Void)?
        /// Runs when a device is made, but for its name.
        var whenNaming: (@Sendable (inout State) -> Void)?
        var resumesThatFail = 0
        var createsThatFail = 0
        var lastMinor: UInt32 = 100
    }

    let state = Mutex(State())

    /// A pool with the minor number `minor`.
    func addPool(_ name: DeviceName, minor: UInt32, status: String = FakeDevices.healthy) {
        add(
            name,
            Device(
                number: DeviceNumber(major: 254, minor: minor),
                live: Target(length: Sectors(2_097_152), kind: "thin-pool", words: "7:0 7:1 128 0 0"), status: status))
    }

    static let healthy = "0 10/4096 100/16384 - rw discard_passdown queue_if_no_space - 1024"

    func addVolume(_ name: DeviceName, minor: UInt32, pool: UInt32, id: UInt32, length: UInt64 = 524_288, uuid: String = "") {
        add(
            name,
            Device(
                uuid: uuid, number: DeviceNumber(major: 254, minor: minor),
                live: Target(length: Sectors(length), kind: "thin", words: "254:\(pool) \(id)"), status: "1024 4095",
                dependencies: [DeviceNumber(major: 254, minor: pool)]))
    }

    func add(_ name: DeviceName, _ device: Device) { state.withLock { $0.devices[name] = device } }

    func change(_ name: DeviceName, _ body: (inout Device) -> Void) {
        state.withLock { state in
            guard var device = state.devices[name] else { return }
            body(&device)
            state.devices[name] = device
        }
    }

    func number(_ name: DeviceName) -> DeviceNumber? { state.withLock { $0.devices[name]?.number } }
    func live(_ name: DeviceName) -> Target? { state.withLock { $0.devices[name]?.live } }
    func inactive(_ name: DeviceName) -> Target? { state.withLock { $0.devices[name]?.inactive } }

    // MARK: DeviceAccess

    func list() throws(DeviceMapperError) -> [DeviceEntry] {
        state.withLock { $0.devices.map { DeviceEntry(name: $0, number: $1.number) }.sorted { $0.name < $1.name } }
    }

    func status(of name: DeviceName) throws(DeviceMapperError) -> DeviceReply? {
        let isDeaf = state.withLock { state in
            state.calls.append("status \(name)")
            return state.deaf.contains(name)
        }
        if isDeaf { while state.withLock({ $0.deaf.contains(name) }) { usleep(1000) } }
        return state.withLock { state in
            if let change = state.beforeStatus {
                state.beforeStatus = nil
                change(&state)
            }
            return state.devices[name].map { device in
                reply(name, device, device.live.map { Target(length: $0.length, kind: $0.kind, words: device.status) })
            }
        }
    }

    func status(of number: DeviceNumber) throws(DeviceMapperError) -> DeviceReply? {
        guard let name = name(of: number) else { return nil }
        return try status(of: name)
    }

    func table(of name: DeviceName, _ slot: TableSlot) throws(DeviceMapperError) -> DeviceReply? {
        state.withLock { state in
            state.devices[name].map { device in reply(name, device, slot == .live ? device.live : device.inactive) }
        }
    }

    func table(of number: DeviceNumber, _ slot: TableSlot) throws(DeviceMapperError) -> DeviceReply? {
        guard let name = name(of: number) else { return nil }
        return try table(of: name, slot)
    }

    func dependencies(of number: DeviceNumber) throws(DeviceMapperError) -> [DeviceNumber] {
        state.withLock { $0.devices.values.first { $0.number == number }?.dependencies ?? [] }
    }

    func load(_ target: Target, into name: DeviceName) throws(DeviceMapperError) {
        state.withLock { state in
            state.calls.append("load \(name)")
            state.devices[name]?.inactive = target
            state.afterLoad?(&state)
        }
    }

    func resume(_ name: DeviceName) throws(DeviceMapperError) {
        let fails = state.withLock { state in
            state.calls.append("resume \(name)")
            if state.resumesThatFail > 0 {
                state.resumesThatFail -= 1
                // As dm's do_resume does when the swap fails.
                state.devices[name]?.isSuspended = true
                state.devices[name]?.inactive = nil
                return true
            }
            if let waiting = state.devices[name]?.inactive { state.devices[name]?.live = waiting }
            state.devices[name]?.inactive = nil
            state.devices[name]?.isSuspended = false
            return false
        }
        if fails { throw DeviceMapperError(call: "resume", device: name, errno: EINVAL, said: "") }
    }

    func clearInactiveTable(of name: DeviceName) throws(DeviceMapperError) {
        state.withLock { $0.devices[name]?.inactive = nil }
    }

    func create(
        _ name: DeviceName, uuid: String, _ target: Target, beforeNaming: (DeviceNumber) -> Void
    ) throws(DeviceMapperError) {
        let (failure, number): (Int32?, DeviceNumber) = state.withLock { state in
            state.calls.append("create \(name)")
            state.lastMinor += 1
            let number = DeviceNumber(major: 254, minor: state.lastMinor)
            if state.createsThatFail == 0 { return (nil, number) }
            state.createsThatFail -= 1
            return (EINVAL, number)
        }
        if failure == nil { beforeNaming(number) }
        let errno: Int32? = state.withLock { state in
            state.whenNaming?(&state)
            if let failure { return failure }
            if state.devices[name] != nil { return EBUSY }
            state.devices[name] = Device(uuid: uuid, number: number, live: target, status: "1024 4095")
            return nil
        }
        if let errno { throw DeviceMapperError(call: "create", device: name, errno: errno, said: "") }
    }

    func removeUnnamed() {}

    func remove(_ name: DeviceName) throws(DeviceMapperError) {
        let errno: Int32? = state.withLock { state in
            state.calls.append("remove \(name)")
            guard let device = state.devices[name] else { return ENXIO }
            if device.openCount > 0 { return EBUSY }
            state.devices[name] = nil
            return nil
        }
        if let errno { throw DeviceMapperError(call: "remove", device: name, errno: errno, said: "") }
    }

    private func name(of number: DeviceNumber) -> DeviceName? {
        state.withLock { $0.devices.first { $0.value.number == number }?.key }
    }

    private func reply(_ name: DeviceName, _ device: Device, _ target: Target?) -> DeviceReply {
        DeviceReply(
            name: name, uuid: device.uuid, number: device.number, isSuspended: device.isSuspended, openCount: device.openCount,
            hasLiveTable: device.live != nil, hasInactiveTable: device.inactive != nil, targets: target.map { [$0] } ?? [])
    }
}
