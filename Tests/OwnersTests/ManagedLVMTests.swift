// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Testing
import Units

@Suite struct ManagedLVMTests {
    private static let uuid = "0f3c1b52-9d0e-4a57-8f0b-6f1c2d3e4a5b"

    private func higherOwner(_ name: String, in group: String = "vg") -> HigherOwner? {
        LogicalVolume(volumeGroup: group, name: name).higherOwner
    }

    @Test(arguments: [
        ("vm-101-disk-0", "Proxmox", "qm resize 101"), ("vm-101-disk-0", "Proxmox", "pct resize 101 rootfs"),
        ("vm-100000-disk-12", "Proxmox", "100000"), ("vm-101-cloudinit", "Proxmox", "nothing to do"),
        ("base-9000-disk-1", "Proxmox", "template"), ("subvol-104-disk-0", "Proxmox", "pct resize 104 rootfs"),
        ("snap_vm-101-disk-0_before", "Proxmox", "snapshot"),
        ("containers_web", "LXD or Incus", "lxc config device set web root size=SIZE`"),
        ("containers_my--c2", "LXD or Incus", "incus config device set my-c2 root size=SIZE"),
        ("containers_shop_web", "LXD or Incus", "device set web root size=SIZE --project shop"),
        ("containers_web-before", "LXD or Incus", "snapshot"),
        ("virtual-machines_db.block", "LXD or Incus", "device set db root size=SIZE"),
        ("virtual-machines_db", "LXD or Incus", "device set db root size.state=SIZE"),
        ("images_0123abcd", "LXD or Incus", "an image"),
        ("custom_default_data--1", "LXD or Incus", "storage volume set vg data-1 size=SIZE --project default"),
        (uuid, "TopoLVM or another volume driver", "kubectl patch pvc"),
        ("pvc-" + uuid, "a Kubernetes volume driver", "kubectl patch pvc"),
    ])
    func `what someone above LVM keeps is known by its name`(name: String, owner: String, hint: String) throws {
        let higher = try #require(higherOwner(name))
        #expect(higher.name == owner)
        #expect(higher.hint.contains(hint), "\(higher.hint)")
        let volume = LogicalVolume(volumeGroup: "vg", name: name)
        #expect(Owner.lvm(volume).lasting == .never)
    }

    @Test(arguments: [
        "root", "home", "var-lib-docker", "vm-disk", "vm-images-1", "vm-1-disk-0", "vm-٣٣٣-disk-0", "vm-101", "base-data-old",
        "containers", "my_containers_web", "container_web", "images", "pvc-data", "pvc-", "data-pvc-\(uuid)", "\(uuid)-old",
        "0f3c1b52-9d0e-4a57-8f0b-6f1c2d3e4a5g", "0f3c1b529d0e4a578f0b6f1c2d3e4a5b", "db-data", "_", "-",
    ])
    func `what is only a little like it is LVM's own`(name: String) {
        let volume = LogicalVolume(volumeGroup: "vg", name: name)
        #expect(volume.higherOwner == nil)
        #expect(Owner.lvm(volume).lasting == .byLogicalVolume(volume))
    }
}
