// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Inventory
import Owners
import Policy
import Testing
import Units

@Suite struct LogicalVolumeRunwayTests {
    private let pool = Made.pool(size: .gibibytes(500), used: .gibibytes(10), metadataTotal: 1 << 20)
    private let logical = Owner.lvm(LogicalVolume(volumeGroup: "vg", name: "data"))

    private func volume(_ size: Bytes, device: Bytes? = nil, used: Bytes? = nil, owner: Owner) -> Volume {
        Made.volume("vg-data", size: size, device: device, used: used ?? Bytes(size.count / 10), owner: owner)
    }

    private func runway(under size: Bytes, owner: Owner, rules: Rules = Made.enforcing()) -> Bytes? {
        Made.plan(pool, [volume(size, owner: owner)], rules: rules)["vg-data"]?.runway?.bytes.less(size)
    }

    @Test func `a logical volume's device gets one more step, others' a maximum step`() throws {
        let size = Bytes.gibibytes(30)
        #expect(runway(under: size, owner: .plain) == .gibibytes(50))
        // From 80 % used to 60 %: a third of the size, a quarter more, and what ext4 asks for that.
        let step = try #require(runway(under: size, owner: logical))
        #expect(step >= .mebibytes(12_800))
        #expect(step < .gibibytes(14))
    }

    @Test func `the step after next is the largest of rule, burst and threshold`() throws {
        let size = Bytes.gibibytes(3)
        let burst = try #require(runway(under: size, owner: logical, rules: Made.enforcing { $0.target = .percent(79) }))
        let room = Made.plan(pool, []).pools[0].burstRoom
        #expect(burst >= room && burst < room.scaled(by: 2))
        #expect(runway(under: size, owner: logical, rules: Made.enforcing { $0.minimumStep = .gibibytes(5) }) == .gibibytes(5))
        let most = Made.enforcing {
            $0.minimumStep = .mebibytes(64)
            $0.maximumStep = .mebibytes(64)
        }
        #expect(runway(under: size, owner: logical, rules: most) == .mebibytes(64))
        #expect(runway(under: size, owner: logical, rules: Made.enforcing { $0.maximumSize = .gibibytes(3) }) == nil)
    }

    @Test func `with its runway the next growth is one ioctl`() throws {
        let size = Bytes.gibibytes(3)
        let device = size + (try #require(runway(under: size, owner: logical)))
        let full = volume(size, device: device, used: Ratio.percent(80).of(size) + .mebibytes(64), owner: logical)
        let order = try #require(Made.plan(pool, [full]).order("vg-data"))
        #expect(order.deviceTo == order.deviceFrom)
        #expect(order.added >= .gibibytes(1))
    }

    @Test func `with half of its runway or more it is left alone, rounded up to an extent or not`() throws {
        let size = Bytes.gibibytes(30)
        let whole = try #require(runway(under: size, owner: logical))
        for device in [size + whole, size + whole + .mebibytes(4), size + Bytes(whole.count / 2)] {
            #expect(Made.plan(pool, [volume(size, device: device, owner: logical)])["vg-data"]?.runway == nil)
        }
        let short = volume(size, device: size + Bytes(whole.count / 2).less(.mebibytes(1)), owner: logical)
        #expect(Made.plan(pool, [short])["vg-data"]?.runway?.bytes == size + whole)
    }
}
