// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Synchronization
import Testing
import Units

@testable import Host

@Suite("A look at device-mapper", .timeLimit(.minutes(1)))
struct DeviceReaderTests {
    private func twoPools() -> FakeDevices {
        let devices = FakeDevices()
        devices.addPool("one", minor: 0)
        devices.addVolume("a", minor: 1, pool: 0, id: 1)
        devices.addVolume("b", minor: 2, pool: 0, id: 2)
        devices.addPool("two", minor: 10)
        devices.addVolume("c", minor: 11, pool: 10, id: 1)
        devices.add(
            "data",
            .init(number: DeviceNumber(major: 254, minor: 20), live: Target(length: Sectors(8), kind: "linear", words: "8:0 0")))
        devices.add("empty", .init(number: DeviceNumber(major: 254, minor: 21)))
        return devices
    }

    @Test("pools and volumes are found, and nothing else")
    func everything() async throws {
        let found = try await DeviceReader(control: twoPools()).everything()
        #expect(found.pools.map(\.device.name) == ["one", "two"])
        #expect(found.volumes.map(\.device.name) == ["a", "b", "c"])
        #expect(found.volumes.map(\.table.pool.minor) == [0, 0, 10])
        #expect(found.volumes.allSatisfy { $0.status == .working(mapped: Sectors(1024), highest: Sectors(4095)) })
        #expect(found.complaints.isEmpty)
    }

    @Test("a pool that does not answer costs one deadline, and its volumes are not even asked")
    func deadPool() async throws {
        let devices = twoPools()
        for minor in 100..<300 { devices.addVolume(DeviceName("v\(minor)"), minor: UInt32(minor), pool: 0, id: UInt32(minor)) }
        let reader = DeviceReader(control: devices, deadline: .milliseconds(200))
        _ = try await reader.everything()
        devices.state.withLock { $0.deaf = ["one"] }
        for _ in 0..<2 {
            devices.state.withLock { $0.calls = [] }
            let clock = ContinuousClock()
            let began = clock.now
            let found = try await reader.everything()
            #expect(clock.now - began < .seconds(2))
            #expect(found.volumes.count == 203)
            #expect(found.pools.first { $0.device.name == "one" }?.status == .unknown("no answer within 200ms"))
            #expect(found.volumes.first { $0.device.name == "a" }?.status == .unknown("its pool gave no answer within 200ms"))
            #expect(
                found.volumes.first { $0.device.name == "c" }?.status == .working(mapped: Sectors(1024), highest: Sectors(4095)))
            #expect(found.complaints.map(\.kind) == ["timeout"])
            #expect(!devices.state.withLock { $0.calls.contains("status a") || $0.calls.contains("status v150") })
        }
        let some = await reader.volumes(["a", "c"])
        #expect(some.volumes.map(\.device.name).sorted() == ["a", "c"])
        devices.state.withLock { $0.deaf = [] }
    }

    @Test("a pool that was dead before the first look is there all the same, with its table")
    func deadFromTheStart() async throws {
        let devices = twoPools()
        devices.state.withLock { $0.deaf = ["one"] }
        let found = try await DeviceReader(control: devices, deadline: .milliseconds(50)).everything()
        let pool = try #require(found.pools.first { $0.device.name == "one" })
        #expect(pool.table?.blockSize == Sectors(128))
        #expect(pool.status == .unknown("no answer within 50ms"))
        devices.state.withLock { $0.deaf = [] }
    }

    @Test("a volume of a failed pool keeps the id that it had")
    func failedPool() async throws {
        let devices = twoPools()
        let reader = DeviceReader(control: devices)
        _ = try await reader.everything()
        devices.change("one") { $0.status = "Fail" }
        devices.change("a") {
            $0.status = "Fail"
            $0.live = Target(length: Sectors(524_288), kind: "thin", words: "Fail")
        }
        let found = try await reader.everything()
        #expect(found.pools.first?.status == .failed)
        #expect(found.volumes.first?.table.thinID == 1)
        #expect(found.volumes.first?.status == .failed)
    }

    @Test("a volume that was never seen before its pool failed still tells its pool, and no id")
    func failedBefore() async throws {
        let devices = twoPools()
        devices.change("one") { $0.status = "Fail" }
        devices.change("a") {
            $0.status = "Fail"
            $0.live = Target(length: Sectors(524_288), kind: "thin", words: "Fail")
        }
        let found = try await DeviceReader(control: devices).everything()
        let volume = try #require(found.volumes.first { $0.device.name == "a" })
        #expect(volume.table.pool == DeviceNumber(major: 254, minor: 0))
        #expect(volume.table.thinID == ThinTable.unknownID)
    }

    @Test("a volume that was replaced between its table and its status is read again, never mixed")
    func replaced() async throws {
        let devices = twoPools()
        let reader = DeviceReader(control: devices)
        let other = Target(length: Sectors(1_048_576), kind: "thin", words: "254:10 9")
        devices.state.withLock { state in
            // Both pools are asked first.
            state.beforeStatus = { state in
                state.beforeStatus = { state in
                    state.beforeStatus = { $0.devices["a"]?.live = other }
                }
            }
        }
        let volume = try #require(try await reader.everything().volumes.first { $0.device.name == "a" })
        #expect(volume.table == ThinTable(length: Sectors(1_048_576), pool: DeviceNumber(major: 254, minor: 10), thinID: 9))
    }

    @Test("a device that goes in the middle of a look is missing, and no complaint")
    func vanishes() async throws {
        let devices = twoPools()
        devices.state.withLock { $0.beforeStatus = { $0.devices["b"] = nil } }
        let found = try await DeviceReader(control: devices).everything()
        #expect(found.volumes.map(\.device.name) == ["a", "c"])
        #expect(found.complaints.isEmpty)
    }

    @Test("a look at some volumes finds those and their pools, and misses what is gone")
    func some() async throws {
        let devices = twoPools()
        let reader = DeviceReader(control: devices)
        for _ in 0..<2 {
            let found = await reader.volumes(["c", "gone", "a"])
            #expect(found.volumes.map(\.device.name).sorted() == ["a", "c"])
            #expect(found.pools.map(\.device.name).sorted() == ["one", "two"])
        }
        let one = await reader.volumes(["b"])
        #expect(one.pools.map(\.device.name) == ["one"])
    }

    @Test("a look at some volumes notices that a name is another volume now, in another pool")
    func renamed() async throws {
        let devices = twoPools()
        let reader = DeviceReader(control: devices)
        _ = await reader.volumes(["a"])
        devices.addVolume("a", minor: 1, pool: 10, id: 77)
        let found = await reader.volumes(["a"])
        #expect(found.volumes.map(\.table.thinID) == [77])
        #expect(found.pools.contains { $0.device.name == "two" })
    }
}
