// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Testing
import Units

@Suite struct LVMTests {
    private let uuid = "LVM-" + String(repeating: "x", count: 64)
    private let directory = OwnerDirectory(files: MadeHost())

    @Test(arguments: [
        ("vg-lv", "vg", "lv"), ("my--vg-my--lv", "my-vg", "my-lv"), ("vg-containers_my----c2", "vg", "containers_my--c2"),
        ("vg-tp-tpool", "vg", "tp"), ("a---b", "a-", "b"), ("vg-lv-layer-x", "vg", "lv"),
    ])
    func `a name is split as LVM joined it`(name: String, group: String, volume: String) {
        let sighting = VolumeSighting(name: DeviceName(name), uuid: uuid, poolName: "vg-tp-tpool")
        let ownership = directory.identify(
            volumes: [sighting], pools: [PoolSighting(name: DeviceName(name), uuid: uuid + "-tpool")])
        #expect(ownership.owner(of: sighting.name) == .lvm(LogicalVolume(volumeGroup: group, name: volume)))
        #expect(ownership.keeper(of: sighting.name) == .lvm(volumeGroup: group, name: volume))
    }

    @Test(arguments: ["nodash", "-lv", "vg-", ""]) func `a name that LVM never made is still LVM's by its uuid`(name: String) {
        let sighting = VolumeSighting(name: DeviceName(name), uuid: uuid, poolName: "p")
        #expect(
            directory.identify(volumes: [sighting], pools: []).owner(of: sighting.name)
                == .lvm(LogicalVolume(volumeGroup: "", name: name)))
    }

    @Test func `a name like LVM's without its uuid is plain`() {
        let sighting = VolumeSighting(name: "vg-lv", uuid: "", poolName: "vg-tp-tpool")
        let ownership = directory.identify(volumes: [sighting], pools: [PoolSighting(name: "vg-tp-tpool", uuid: "")])
        #expect(ownership.owner(of: sighting.name) == .plain)
        #expect(ownership.keeper(of: "vg-tp-tpool") == .plain)
    }

    @Test(arguments: [("vg", "lv", "vg-lv"), ("my-vg", "my--lv", "my--vg-my----lv"), ("a-", "b", "a---b")])
    func `a logical volume's device is called as LVM calls it`(group: String, volume: String, device: String) {
        let logical = LogicalVolume(volumeGroup: group, name: volume)
        #expect(logical.deviceName == DeviceName(device))
        #expect(logical.isWhole(as: DeviceName(device)))
        #expect(!logical.isWhole(as: DeviceName(device + "-real")))
    }

    @Test(arguments: [("", "lv"), ("vg", ""), ("-vg", "lv"), ("vg", "-y"), ("vg", "l v"), ("vg", "l/v"), ("vg", "lv\u{FC}")])
    func `a name that LVM does not allow is never told to it`(group: String, volume: String) {
        let logical = LogicalVolume(volumeGroup: group, name: volume)
        #expect(!logical.isWhole(as: logical.deviceName))
    }
}
