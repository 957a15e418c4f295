// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Inventory
import Owners
import Policy
import Testing
import Units

@Suite struct AilmentTests {
    private func ailments(_ volume: Volume, pool: Pool = Made.pool(), kept: Bool = false) -> [Ailment] {
        Ailment.all(in: Made.snapshot([pool], [volume]), kept: kept ? [volume.identity] : [])
    }

    @Test func `a volume that is well, or only has a runway, or may not be grown, is nothing wrong`() {
        #expect(ailments(Made.volume()) == [])
        #expect(ailments(Made.volume(device: .gibibytes(9))) == [])
        #expect(ailments(Made.volume(owner: .lvm(LogicalVolume(volumeGroup: "vg", name: "lv")))) == [])
        var foreign = Made.volume()
        foreign.content = .foreign(signature: "LUKS")
        #expect(ailments(foreign) == [])
    }

    @Test func `a filesystem larger than its device is mended by the device's length alone`() throws {
        let found = ailments(Made.volume(device: .mebibytes(512)))
        #expect(found.count == 1 && found.first?.isRemark == false)
        guard case .lengthen(let order)? = found.first?.remedy else {
            Issue.record("\(found)")
            return
        }
        #expect(order.to == order.from && order.deviceTo.bytes == .gibibytes(1))
    }

    @Test func `where the pool does not work, or the owner is not Headroom's to replace, it is told and not mended`() {
        let readOnly = ailments(Made.volume(device: .mebibytes(512)), pool: Made.pool(mode: .readOnly))
        #expect(readOnly.map(\.subject) == ["p", "v"])
        #expect(readOnly.allSatisfy { $0.remedy == nil && !$0.isRemark })
        for owner in [Owner.lvm(LogicalVolume(volumeGroup: "vg", name: "lv")), .docker(DockerVolume(role: .layer, hash: "a"))] {
            let found = ailments(Made.volume(device: .mebibytes(512), owner: owner))
            #expect(found.count == 1 && found.first?.remedy == nil && found.first?.hint.isEmpty == false)
        }
    }

    @Test func `a snapshot of containerd's that was grown is mended, another one only told`() {
        let owner = Owner.containerd(ContainerdSnapshot(role: .snapshot, number: 1))
        let volume = Made.volume(device: .mebibytes(512), owner: owner)
        #expect(ailments(volume).first?.remedy == nil)
        #expect(ailments(volume, kept: true).first?.remedy != nil)
    }

    @Test func `an owner that has less on record than there is, by an extent or more, is told what there is`() throws {
        func found(_ recorded: Bytes?, pool: Pool = Made.pool()) -> [Ailment] {
            ailments(Made.volume(owner: .lxd(Made.instance(recorded: recorded))), pool: pool)
        }
        for fine in [nil, Bytes.gibibytes(1), .gibibytes(2), .mebibytes(1021)] { #expect(found(fine) == []) }
        let short = try #require(found(.mebibytes(512)).first)
        #expect(!short.isRemark && short.text.contains("512MiB") && short.text.contains("1GiB"))
        guard case .record(let order)? = short.remedy else {
            Issue.record("\(short)")
            return
        }
        #expect(order.raisesRecord && order.deviceTo == order.deviceFrom && order.to == order.from)
        #expect(found(.mebibytes(512), pool: Made.pool(mode: .readOnly)).allSatisfy { $0.remedy == nil })
    }

    @Test func `a table that was left behind is cleared, but LVM's is only a remark`() {
        var volume = Made.volume()
        volume.hasInactiveTable = true
        #expect(ailments(volume).map(\.remedy) == [.clearTable(volume.identity)])
        volume.owner = .lvm(LogicalVolume(volumeGroup: "vg", name: "lv"))
        #expect(ailments(volume).map(\.isRemark) == [true])
        // Lengthening takes its place.
        var both = Made.volume(device: .mebibytes(512))
        both.hasInactiveTable = true
        #expect(ailments(both).count == 1)
    }

    @Test func `suspended and silent volumes are told, and many allocation groups are a remark`() {
        var suspended = Made.volume()
        suspended.isSuspended = true
        #expect(ailments(suspended).count == 1)
        var stuck = Made.volume()
        guard case .mounted(var filesystem) = stuck.content else { return }
        filesystem.reading = .stuck
        stuck.content = .mounted(filesystem)
        #expect(ailments(stuck).count == 1)
        func xfs(_ groups: UInt64) -> Volume {
            var volume = Made.volume()
            let geometry = XFSGeometry(blockSize: .kibibytes(4), blocks: groups * 512, groupBlocks: 512, groups: groups)
            volume.content = .unmounted(kind: .xfs, geometry: .xfs(geometry))
            volume.size = geometry.blockSize.scaled(by: geometry.blocks)
            return volume
        }
        #expect(ailments(xfs(Ailment.manyAllocationGroups)).map(\.isRemark) == [true])
        #expect(ailments(xfs(Ailment.manyAllocationGroups - 1)) == [])
    }

    @Test func `a pool that is not there is told with each of its volumes`() {
        let found = Ailment.all(in: Made.snapshot([], [Made.volume()]), kept: [])
        #expect(found.map(\.subject) == ["v"] && found.first?.isRemark == false)
    }
}
