// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Owners
import Testing
import Units

@testable import Host

@Suite("What is done about a kept Docker volume")
struct KeptSightingTests {
    private typealias Action = KeptSighting.Action
    private let volume = MadeDocker.kept("docker-8:1-9-aa", length: 1000)

    private func action(
        _ device: KeptSighting.Device, _ record: KeptSighting.Record?, _ life: DockerBooks.Life = .there
    ) -> Action {
        KeptSighting(device: device, record: record, life: life, hasGrown: true).action(for: volume)
    }

    @Test("a device that has not been as long yet may be growing at this moment, and is left to that")
    func growing() {
        var seen = KeptSighting(device: .present(length: Sectors(999), use: .open), record: found(length: 999), life: .there)
        #expect(seen.action(for: volume) == .wait)
        seen.hasGrown = true
        #expect(seen.action(for: volume) == .lengthen)
    }

    @Test("once dockerd has ended, what nobody has open is looked into, so that it is withdrawn")
    func unserved() {
        for (use, expected) in [(KeptSighting.Use.open, Action.rest), (.idle, .wait), (.unused, .wait)] {
            var seen = KeptSighting(device: .present(length: Sectors(1000), use: use), record: nil, life: .there, hasGrown: true)
            #expect(seen.action(for: volume) == .rest)
            seen.isUnserved = true
            #expect(seen.action(for: volume) == expected)
        }
    }

    @Test("a device that is shorter than its filesystem has been is not about to grow, whoever has seen it longer")
    func cutBack() {
        let seen = KeptSighting(device: .present(length: Sectors(999), use: .unused), record: found(), life: .there)
        var volume = volume
        volume.filesystemSize = Sectors(999).bytes
        #expect(seen.action(for: volume) == .wait)
        volume.filesystemSize = Sectors(1000).bytes
        #expect(seen.action(for: volume) == .lengthen)
    }

    private func found(id: UInt32 = 4, length: UInt64 = 1000, deleted: Bool = false) -> KeptSighting.Record {
        .found(deviceID: id, size: Sectors(length).bytes, isDeleted: deleted)
    }

    @Test("what vanished is made anew only while its container lives")
    func vanished() {
        #expect(action(.absent, found()) == .make)
        for life in [DockerBooks.Life.ending, .gone, .unknown] {
            for device in [KeptSighting.Device.absent, .present(length: Sectors(500), use: .open)] {
                #expect(action(device, found(), life) == .wait)
            }
        }
        #expect(action(.absent, .unknown) == .wait)
        #expect(action(.absent, nil) == .wait)
    }

    @Test("a device that came back shorter is made longer, open or not")
    func shorter() {
        for use in [KeptSighting.Use.open, .unused] {
            #expect(action(.present(length: Sectors(999), use: use), found()) == .lengthen)
            #expect(action(.present(length: Sectors(1000), use: use), found()) == .rest)
            #expect(action(.present(length: Sectors(1000), use: use), nil) == .rest)
            #expect(action(.present(length: Sectors(1000), use: use), found(length: 999)) == .record)
        }
    }

    @Test("a device that is there during its container's removal is left to dockerd, which may be about to discard what is in it")
    func discarded() {
        for life in [DockerBooks.Life.ending, .gone, .unknown] {
            #expect(action(.present(length: Sectors(1000), use: .unused), found(), life) == .wait)
        }
    }

    @Test("what its owner wants gone is removed once nobody has it open, and let go once it is away")
    func ending() {
        for record in [found(deleted: true), found(id: 5), .gone] {
            #expect(action(.present(length: Sectors(1000), use: .open), record) == .wait)
            #expect(action(.present(length: Sectors(1000), use: .idle), record) == .wait)
            #expect(action(.present(length: Sectors(1000), use: .unused), record) == .remove)
            #expect(action(.unfinished(isAbandoned: false), record) == .wait)
            #expect(action(.unfinished(isAbandoned: true), record) == .remove)
            #expect(action(.absent, record) == .letGo)
            #expect(action(.other, record) == .letGo)
        }
    }
}
