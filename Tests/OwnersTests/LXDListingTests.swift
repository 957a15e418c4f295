// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import HTTPClient
import Testing
import Units

@testable import Owners

@Suite struct LXDListingTests {
    private func volume(_ name: String, in group: String = "vg") -> LogicalVolume {
        LogicalVolume(volumeGroup: group, name: name)
    }

    @Test func `a real LXD's instances are found by what it names their volumes`() throws {
        let listing = try LXDListing(socketPath: "/s", within: .seconds(1), ask: LXDDouble().ask)
        #expect(
            Set(listing.volumes.keys) == [volume("containers_c1"), volume("containers_my--c2"), volume("containers_side_c1")])
        let mine = try #require(listing.volumes[volume("containers_my--c2")])
        #expect(mine.instance == "my-c2" && mine.project == "default" && mine.role == .container && mine.daemon == .lxd)
        #expect(mine.storagePool == "depot" && mine.root == .init(device: "root", isOwn: true, size: nil) && mine.isAnswering)
        #expect(mine.container.name == "my-c2" && mine.container.image == "busybox/1.35")
        let other = try #require(listing.volumes[volume("containers_side_c1")])
        #expect(other.container.id == "c1" && other.container.namespace == "side" && other.container.labels["project"] == "side")
        #expect(listing.volumes[volume("containers_c1")]?.container.labels["user.tier"] == "db")
    }

    @Test func `volatile keys, and what a machine is set up with, are no labels`() throws {
        let listing = try made([
            .init(
                name: "a", expandedDevices: ["root": Self.root],
                expandedConfig: [
                    "user.user-data": "password", "volatile.uuid": "1", "limits.cpu": "2", "user.a": "b", "image.os": "Debian",
                ])
        ])
        #expect(
            listing.volumes[volume("containers_a")]?.container.labels == [
                "user.a": "b", "image.os": "Debian", "project": "default",
            ]
        )
    }

    private static let root = ["type": "disk", "path": "/", "pool": "depot"]

    private func made(_ instances: [LXDAnswers.Instance], member: String? = nil) throws -> LXDListing {
        LXDListing(
            daemon: .incus, socketPath: "/s", member: member,
            pools: [
                .init(name: "depot", driver: "lvm", config: ["source": "vg"]),
                .init(name: "far", driver: "zfs", config: ["source": "z"]),
            ], instances: instances)
    }

    @Test func `a root disk of a profile is known by its path, with the profile's size`() throws {
        let listing = try made([
            .init(
                name: "a", devices: ["data": ["type": "disk", "path": "/srv", "pool": "depot", "size": "9GiB"]],
                expandedDevices: [
                    "data": ["type": "disk", "path": "/srv", "pool": "depot", "size": "9GiB"],
                    "disk0": Self.root.merging(["size": "10GB"]) { $1 }, "eth0": ["type": "nic"],
                ])
        ])
        let found = try #require(listing.volumes[volume("containers_a")])
        #expect(found.root == .init(device: "disk0", isOwn: false, size: Bytes(10_000_000_000)))
        #expect(found.growingCommand == "incus config device override a disk0 size=SIZE")
    }

    @Test func `a virtual machine has two volumes, and neither is grown`() throws {
        let listing = try made([
            .init(
                name: "db-1", project: "shop", type: "virtual-machine", devices: ["root": Self.root],
                expandedDevices: ["root": Self.root])
        ])
        #expect(listing.volumes[volume("virtual-machines_shop_db--1.block")]?.role == .virtualMachine)
        let state = try #require(listing.volumes[volume("virtual-machines_shop_db--1")])
        #expect(state.growingCommand == "incus config device set db-1 root size.state=SIZE --project shop")
        for volume in listing.volumes.values { #expect(Owner.lxd(volume).lasting == .never) }
    }

    @Test func `what is not on LVM, or on another member of the cluster, is not here`() throws {
        let elsewhere = ["type": "disk", "path": "/", "pool": "far"]
        let instances: [LXDAnswers.Instance] = [
            .init(name: "a", location: "one", expandedDevices: ["root": Self.root]),
            .init(name: "b", location: "two", expandedDevices: ["root": Self.root]),
            .init(name: "c", location: "one", expandedDevices: ["root": elsewhere]),
            .init(name: "d", location: "one", expandedDevices: ["data": ["type": "disk", "path": "/srv", "pool": "depot"]]),
        ]
        #expect(Set(try made(instances, member: "one").volumes.keys) == [volume("containers_a")])
        #expect(try made(instances).volumes.count == 2)
    }

    @Test func `in a cluster the volume group is the one that this member has`() throws {
        let double = LXDDouble()
        double.answers["/1.0"] = #"{"metadata":{"environment":{"server":"lxd","server_clustered":true,"server_name":"one"}}}"#
        double.answers["/1.0/storage-pools?recursion=1"] = #"{"metadata":[{"name":"depot","driver":"lvm","config":{}}]}"#
        double.answers["/1.0/storage-pools/depot?target=one"] =
            #"{"metadata":{"name":"depot","driver":"lvm","config":{"lvm.vg_name":"mine"}}}"#
        let listing = try LXDListing(socketPath: "/s", within: .seconds(1), ask: double.ask)
        #expect(listing.volumes.isEmpty)
        double.answers["/1.0/instances?recursion=1&all-projects=true"] = LXDFixtures.instances.replacing(
            #""location":"none""#, with: #""location":"one""#)
        #expect(
            try LXDListing(socketPath: "/s", within: .seconds(1), ask: double.ask).volumes[volume("containers_c1", in: "mine")]
                != nil)
    }

    @Test(arguments: [
        ("512MiB", Bytes.mebibytes(512)), ("536870912", .mebibytes(512)), ("536870912B", .mebibytes(512)),
        ("10GB", Bytes(10_000_000_000)),
        ("1kB", Bytes(1000)), ("1KiB", Bytes(1024)), ("2TiB", .gibibytes(2048)), ("1 bytes", Bytes(1)), ("0", .zero),
    ])
    func `sizes are read as LXD reads them`(text: String, size: Bytes) { #expect(LXDSize.parse(text) == size) }

    @Test(arguments: ["", "GiB", "1.5GiB", "-1", "1 GiB", "1G", "99999999999999999999", "20000000PiB", "50%"])
    func `what is no size of LXD's is none`(text: String) { #expect(LXDSize.parse(text) == nil) }

    @Test(arguments: [Bytes.mebibytes(300), Bytes(300_000_000), .gibibytes(7), Bytes(512)])
    func `what is written is read the same`(size: Bytes) { #expect(LXDSize.parse(LXDSize.text(size)) == size) }

    @Test func `sockets are where LXD's and Incus' own variables say`() {
        func paths(_ said: [String: String]) -> [String] { LXDSockets { said[$0] }.places.map(\.path) }
        #expect(
            paths(["LXD_DIR": ""]) == [
                "/var/lib/lxd/unix.socket", "/var/snap/lxd/common/lxd/unix.socket", "/var/lib/incus/unix.socket",
                "/run/incus/unix.socket",
            ])
        #expect(paths(["LXD_DIR": "/a", "INCUS_DIR": "/b"]) == ["/a/unix.socket", "/b/unix.socket"])
        #expect(paths(["LXD_DIR": "/a", "LXD_SOCKET": "/c", "INCUS_SOCKET": "/d"]) == ["/c", "/d"])
    }
}
