// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Testing
import Units

@testable import Host

@Suite("Steps that make and remove a device")
struct DeviceStepsTests {
    private let identity = VolumeIdentity(name: "a", uuid: "u", poolName: "one", thinID: 1)
    private let length = Sectors(1_048_576)

    private func devices() -> FakeDevices {
        let devices = FakeDevices()
        devices.addPool("one", minor: 0)
        devices.addPool("two", minor: 10)
        devices.addVolume("other", minor: 11, pool: 10, id: 1)
        return devices
    }

    private func refusal(_ body: () throws(StepFailure) -> Void) -> String? {
        do throws(StepFailure) { try body() } catch {
            if case .refused(let text) = error.outcome { return text }
            return "not refused: \(error.outcome)"
        }
        return nil
    }

    private func restoreRefusal(_ steps: DeviceSteps) -> String? {
        refusal { () throws(StepFailure) in try steps.restore(identity, length: length) }
    }

    @Test("a device is made with its name, uuid, pool and thin id")
    func made() throws {
        let devices = devices()
        try DeviceSteps(control: devices).restore(identity, length: length)
        #expect(devices.live("a")?.description == "0 1048576 thin 254:0 1")
        #expect(devices.state.withLock { $0.devices["a"]?.uuid } == "u")
    }

    @Test("what is there and long enough is left as it is, what is shorter is made longer")
    func there() throws {
        for (present, expected) in [(2_097_152, 2_097_152), (1_048_576, 1_048_576), (524_288, 1_048_576)] as [(UInt64, UInt64)] {
            let devices = devices()
            devices.addVolume("a", minor: 1, pool: 0, id: 1, length: present, uuid: "u")
            try DeviceSteps(control: devices).restore(identity, length: length)
            #expect(devices.live("a")?.length == Sectors(expected))
            #expect(devices.inactive("a") == nil)
            #expect(!devices.state.withLock { $0.calls.contains("create a") })
        }
    }

    @Test("a thin id that another device has, live or waiting, is refused")
    func inUse() {
        let devices = devices()
        devices.addVolume("b", minor: 2, pool: 0, id: 1)
        let steps = DeviceSteps(control: devices)
        #expect(restoreRefusal(steps)?.contains("in use by b") == true)
        devices.change("b") {
            $0.inactive = $0.live
            $0.live = nil
        }
        #expect(restoreRefusal(steps)?.contains("in use by b") == true)
        #expect(devices.live("a") == nil)
    }

    @Test("a device that somebody crashed at making gets its table, after a while in which it may still be made")
    func abandoned() throws {
        let devices = devices()
        devices.addVolume("a", minor: 1, pool: 0, id: 1, uuid: "u")
        devices.change("a") { $0.live = nil }
        try DeviceSteps(control: devices, making: .milliseconds(50)).restore(identity, length: length)
        #expect(devices.live("a")?.description == "0 1048576 thin 254:0 1")
    }

    @Test("a device without a table that is another's, or that somebody has open, is left alone")
    func notAbandoned() {
        let changes: [@Sendable (inout FakeDevices.Device) -> Void] = [{ $0.uuid = "v" }, { $0.openCount = 1 }]
        for change in changes {
            let devices = devices()
            devices.addVolume("a", minor: 1, pool: 0, id: 1, uuid: "u")
            devices.change("a") {
                $0.live = nil
                change(&$0)
            }
            #expect(restoreRefusal(DeviceSteps(control: devices, making: .milliseconds(1))) != nil)
            #expect(devices.live("a") == nil && devices.inactive("a") == nil)
        }
    }

    @Test("without its pool, or while that is suspended, nothing is made")
    func noPool() {
        let changes: [(String, @Sendable (FakeDevices) -> Void)] = [
            ("not there", { $0.state.withLock { $0.devices["one"] = nil } }),
            ("not there", { $0.change("one") { $0.live?.kind = "linear" } }),
            ("suspended", { $0.change("one") { $0.isSuspended = true } }),
        ]
        for (word, change) in changes {
            let devices = devices()
            change(devices)
            let steps = DeviceSteps(control: devices)
            #expect(restoreRefusal(steps)?.contains(word) == true)
            #expect(!devices.state.withLock { $0.calls.contains("create a") })
        }
    }

    @Test("another device of that name is neither changed nor removed")
    func other() {
        for words in ["254:0 2", "254:10 1"] {
            let devices = devices()
            devices.addVolume("a", minor: 1, pool: 0, id: 1, uuid: "u")
            devices.change("a") { $0.live?.words = words }
            let steps = DeviceSteps(control: devices)
            #expect(restoreRefusal(steps) != nil)
            #expect(refusal { () throws(StepFailure) in try steps.release(identity) } != nil)
            #expect(devices.live("a")?.length == Sectors(524_288))
        }
    }

    @Test("a device that somebody has open is not removed, one that nobody has is, and one that is gone is done")
    func release() throws {
        let devices = devices()
        devices.addVolume("a", minor: 1, pool: 0, id: 1, uuid: "u")
        devices.change("a") { $0.openCount = 1 }
        let steps = DeviceSteps(control: devices)
        #expect(refusal { () throws(StepFailure) in try steps.release(identity) }?.contains("open") == true)
        #expect(devices.live("a") != nil)
        devices.change("a") { $0.openCount = 0 }
        try steps.release(identity)
        #expect(devices.live("a") == nil)
        try steps.release(identity)
    }
}
