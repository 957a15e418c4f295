// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Filesystem
import Host
import Inventory
import Owners
import Policy
import Testing
import Units

/// Filesystems that are larger than their devices.
@Suite struct BreachTests {
    private static let docker = DockerVolume(role: .container, hash: "abc")

    /// A filesystem of 1 GiB on a device of 256 MiB.
    private func broken(owner: Owner = .plain, _ change: (inout Volume) -> Void = { _ in }) -> Volume {
        var volume = Made.volume(size: .gibibytes(1), device: .mebibytes(256), owner: owner)
        change(&volume)
        return volume
    }

    private func unmount(_ volume: inout Volume) {
        guard case .mounted(let filesystem) = volume.content else { return }
        volume.content = .unmounted(kind: filesystem.kind, geometry: filesystem.geometry)
        volume.openCount = 0
    }

    private func plan(_ volume: Volume, kept: Bool = false, rules: Rules = Made.enforcing(), pool: Pool = Made.pool()) -> Plan {
        var history = Made.history(of: [volume])
        if kept { history.kept = [volume.identity] }
        return Made.plan(pool, [volume], rules: rules, history: history)
    }

    @Test(arguments: [true, false])
    func `the device gets the filesystem's length, and the filesystem stays, mounted or not`(isMounted: Bool) throws {
        let volume = broken { if !isMounted { unmount(&$0) } }
        let order = try #require(plan(volume).order("v"))
        #expect(order.reason == .broken && order.lasting == .byRestoring && order.price == .zero)
        #expect(order.from == .gibibytes(1) && order.to == order.from)
        #expect(order.deviceFrom.bytes == .mebibytes(256) && order.deviceTo.bytes == .gibibytes(1))
        #expect(plan(volume)["v"]?.needs == [.broken])
        #expect(plan(volume)["v"]?.runway == nil)
    }

    @Test(arguments: [true, false])
    func `what is only observed is called broken and left alone`(isMounted: Bool) {
        let plan = plan(broken { if !isMounted { unmount(&$0) } }, rules: Rules())
        #expect(plan.order("v") == nil)
        #expect(plan.refusal("v") == .broken)
    }

    @Test func `the owner's record is written before a container's device of Docker's is lengthened`() {
        #expect(plan(broken(owner: .docker(BreachTests.docker))).order("v")?.lasting == .byRecord(BreachTests.docker))
    }

    @Test func `a container's device of containerd's is lengthened while it runs, and otherwise if it was grown`() {
        let container = Owner.containerd(ContainerdSnapshot(role: .container, number: 3, container: Container(id: "web")))
        #expect(plan(broken(owner: container)).order("v")?.lasting == .byRestoring)
        let snapshot = broken(owner: .containerd(ContainerdSnapshot(role: .snapshot, number: 3))) { unmount(&$0) }
        #expect(plan(snapshot).refusal("v") == .parent)
        #expect(plan(snapshot, kept: true).order("v")?.lasting == .byRestoring)
    }

    @Test(arguments: [
        Owner.docker(DockerVolume(role: .layer, hash: "abc")), .docker(DockerVolume(role: .unknown, hash: "abc")), .stratis,
        .lvm(LogicalVolume(volumeGroup: "vg", name: "lv")),
    ])
    func `a device that is not Headroom's to lengthen stays as it is`(owner: Owner) {
        #expect(plan(broken(owner: owner)).order("v") == nil)
        #expect(plan(broken(owner: owner), kept: true).order("v") == nil)
    }

    @Test func `what keeps a volume's device from being changed keeps it from being lengthened`() {
        func refusal(_ change: (inout Volume) -> Void) -> Refusal.Reason? { plan(broken(change)).refusal("v") }
        #expect(refusal { $0.isSuspended = true } == .suspended)
        #expect(refusal { $0.holders = ["dm-7"] } == .held)
        #expect(refusal { $0.externalOrigin = DeviceNumber(major: 254, minor: 9) } == .externalOrigin)
        #expect(refusal { $0.isDoubtful = true } == .doubtful)
        #expect(
            refusal {
                unmount(&$0)
                $0.openCount = 1
            } == .inUse)
        let twin = Made.volume("w", size: .mebibytes(256))
        #expect(Made.plan([broken(), twin]).refusal("v") == .sharedMount)
    }

    @Test func `only the pool's state stands against it, not what the pool has left or a rule allows`() {
        let full = Made.pool(used: .gibibytes(10))
        let tight = Made.enforcing {
            $0.maximumSize = .mebibytes(300)
            $0.cooldown = .seconds(3600)
        }
        #expect(plan(broken(), rules: tight, pool: full).order("v") != nil)
        for pool in [Made.pool(mode: .readOnly), Made.pool(mode: .outOfDataSpace), Made.pool(needsCheck: true)] {
            #expect(plan(broken(), pool: pool).refusal("v") == .poolState)
        }
        #expect(plan(broken(), rules: Made.enforcing { $0.mode = .off }).refusal("v") == .off)
    }

    @Test func `it is not tried again at once after it failed, and a read-only mount is no hindrance`() throws {
        let volume = broken {
            guard case .mounted(var filesystem) = $0.content else { return }
            filesystem.isReadOnly = true
            $0.content = .mounted(filesystem)
            $0.seenAt = MonotonicTime(nanoseconds: 2_000)
        }
        let order = try #require(plan(volume).order("v"))
        var history = Made.history(of: [volume])
        history.began(order)
        #expect(Made.plan([volume], history: history).refusal("v") == .busy)
        history.ended(order, failure: "load_table: no", reached: order.from, took: .zero, now: MonotonicTime(nanoseconds: 1_000))
        #expect(Made.plan([volume], history: history, now: MonotonicTime(nanoseconds: 3_000)).refusal("v") == .backoff)
        let later = MonotonicTime(nanoseconds: 5_000_000_000)
        #expect(Made.plan([volume], history: history, now: later).order("v") == order)
    }

    @Test func `whatever the sizes, the device becomes as long as the filesystem and never shorter`() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let size = Bytes(UInt64.random(in: 1...4_000_000, using: &generator) * 4096)
            let device = Bytes(UInt64.random(in: 1...32_000_000, using: &generator) * 512)
            let volume = Made.volume(size: size, device: device, used: Bytes(size.count / 2))
            guard let order = plan(volume).order("v") else {
                #expect(size <= device, "seed \(seed): \(size) on \(device) is not mended")
                continue
            }
            #expect(order.deviceTo.bytes >= order.to && order.deviceTo >= order.deviceFrom, "seed \(seed): \(order)")
            #expect((order.reason == .broken) == (size > device), "seed \(seed): \(order)")
        }
    }
}
