// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Inventory
import Owners
import Policy
import Testing
import Units

/// Sizes where the owner grows the filesystem to fill its device, which LVM makes of whole extents.
@Suite struct InstanceSizingTests {
    private let extent = Bytes.mebibytes(4)

    private func web(_ size: Bytes = .gibibytes(1), device: Bytes? = nil, used: Bytes = .mebibytes(900)) -> Volume {
        Made.volume("vg-containers_web", size: size, device: device, used: used, owner: .lxd(Made.instance()))
    }

    private func order(_ volume: Volume, _ change: (inout VolumeRule) -> Void) -> Order? {
        Made.plan([volume], rules: Made.enforcing(change)).order(volume.name)
    }

    @Test(arguments: [Bytes.mebibytes(1), .mebibytes(5), .mebibytes(257), .mebibytes(1023)])
    func `device and filesystem are to be of one size, a whole number of extents`(step: Bytes) throws {
        let order = try #require(
            order(web()) {
                $0.minimumStep = step
                $0.maximumStep = step
            })
        #expect(order.to == order.deviceTo.bytes && order.to.count.isMultiple(of: extent.count))
        #expect(order.added >= step && order.added < step + extent)
    }

    @Test func `a bound is not passed by rounding up`() throws {
        let order = try #require(order(web()) { $0.maximumSize = .mebibytes(1031) })
        #expect(order.to == .mebibytes(1028) && order.deviceTo.bytes == .mebibytes(1028))
        #expect(order.limitedBy?.reason == .maximumSize)
        let none = Made.plan([web()], rules: Made.enforcing { $0.maximumSize = .mebibytes(1027) })
        #expect(none.refusal("vg-containers_web") == .maximumSize)
    }

    @Test func `a person gets the next whole extent, within the bounds`() throws {
        let snapshot = Made.snapshot([Made.pool()], [web()])
        func grow(_ rules: Rules) throws -> Order {
            try Policy.order(
                growing: snapshot.volumes[0], to: .to(.mebibytes(1025)), in: snapshot, rules: rules,
                history: Made.history(of: snapshot.volumes), now: .init(nanoseconds: 1))
        }
        #expect(try grow(Made.enforcing()).to == .mebibytes(1028))
        #expect(throws: Refusal.self) { try grow(Made.enforcing { $0.maximumSize = .mebibytes(1026) }) }
    }

    @Test func `a device that is longer already needs no owner, unless the record tells less`() throws {
        let long = web(device: .gibibytes(3))
        let order = try #require(order(long) { $0.maximumStep = .mebibytes(512) })
        #expect(order.deviceTo == order.deviceFrom && !order.raisesRecord)
        var recorded = long
        recorded.owner = .lxd(Made.instance(recorded: .gibibytes(1)))
        #expect(try #require(self.order(recorded) { $0.maximumStep = .mebibytes(512) }).raisesRecord)
    }
}
