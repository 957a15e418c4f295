// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Inventory
import Testing
import Units

@Suite struct SnapshotTests {
    private let pool = PoolFact(
        device: DeviceFact(name: "p", number: DeviceNumber(major: 254, minor: 0)),
        table: ThinPoolTable(
            length: Sectors(1 << 20), metadataDevice: nil, dataDevice: nil, blockSize: Sectors(128), lowWaterMark: DataBlocks(0)),
        status: .failed)

    private func fact(_ name: DeviceName, minor: UInt32, used: Bytes, size: Bytes = .gibibytes(1), inodes: UInt64 = 1000)
        -> VolumeFact
    {
        VolumeFact(
            device: DeviceFact(name: name, number: DeviceNumber(major: 254, minor: minor)),
            table: ThinTable(length: size.wholeSectors, pool: DeviceNumber(major: 254, minor: 0), thinID: minor),
            status: .working(mapped: used.wholeSectors, highest: nil), owner: .plain,
            content: .mounted(
                MountedFilesystem(
                    kind: .ext4, mountPoint: "/x",
                    reading: .usage(
                        FilesystemUsage(
                            size: size, used: used, available: size.less(used), inodes: inodes, inodesUsed: min(inodes, 11))),
                    geometry: nil)))
    }

    private func look(_ scope: Facts.Scope, second: UInt64, _ volumes: [VolumeFact]) -> Facts {
        Facts(
            scope: scope, takenAt: MonotonicTime(nanoseconds: second * 1_000_000_000),
            wallTime: WallTime(seconds: Double(second)),
            duration: .milliseconds(1), pools: [pool], volumes: volumes)
    }

    @Test func `a look at some volumes changes those, drops the gone and keeps the rest`() {
        let whole = Snapshot(
            joining: look(
                .everything, second: 1,
                [fact("c", minor: 3, used: .zero), fact("a", minor: 1, used: .zero), fact("b", minor: 2, used: .zero)]),
            onto: nil)
        #expect(whole.volumes.map(\.name) == ["a", "b", "c"])
        let quick = Snapshot(
            joining: look(.volumes(["a", "b"]), second: 2, [fact("a", minor: 1, used: .mebibytes(5))]), onto: whole)
        #expect(quick.volumes.map(\.name) == ["a", "c"])
        #expect(quick.volumes[0].usage?.used == .mebibytes(5))
        #expect(quick.takenAt == whole.takenAt)
    }

    @Test func `one bad sample is doubted and a second that agrees is believed`() {
        let first = Snapshot(joining: look(.everything, second: 1, [fact("a", minor: 1, used: .mebibytes(5))]), onto: nil)
        let bad = Snapshot(
            joining: look(.everything, second: 2, [fact("a", minor: 1, used: .mebibytes(5), size: .mebibytes(500))]), onto: first)
        #expect(bad.volumes[0].isDoubtful)
        let again = Snapshot(
            joining: look(.everything, second: 3, [fact("a", minor: 1, used: .mebibytes(5), size: .mebibytes(500))]), onto: bad)
        #expect(!again.volumes[0].isDoubtful)
    }

    @Test func `figures that contradict themselves are doubted however often they come`() {
        var snapshot: Snapshot?
        for second in 1...3 {
            snapshot = Snapshot(
                joining: look(.everything, second: UInt64(second), [fact("a", minor: 1, used: .zero, size: .zero)]),
                onto: snapshot)
            #expect(snapshot?.volumes[0].isDoubtful == true)
        }
    }

    @Test func `a volume whose pool is gone names it by its number`() {
        var facts = look(.everything, second: 1, [fact("a", minor: 1, used: .zero)])
        facts.pools = []
        #expect(Snapshot(joining: facts, onto: nil).volumes[0].poolName == "254:0")
    }
}
