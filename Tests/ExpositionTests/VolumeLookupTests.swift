// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Inventory
import Owners
import Testing
import Units

struct VolumeLookupTests {
    private static func docker(_ name: DeviceName, id: String, called: String, role: DockerVolume.Role = .container) -> Volume {
        SampleHost.volume(
            name, owner: .docker(DockerVolume(role: role, hash: "h", container: Container(id: id, name: called))))
    }

    private static let snapshot = SampleHost.report(
        volumes: [
            docker("docker-1-aaa", id: "abc111", called: "web"),
            docker("docker-1-aaa-init", id: "abc111", called: "web", role: .containerInit),
            docker("docker-1-bbb", id: "abc222", called: "db"), docker("docker-1-ccc", id: "def333", called: "docker-1-aaa"),
            docker("docker-1-ddd", id: "eee444", called: "twin"), docker("docker-1-eee", id: "fff555", called: "twin"),
            SampleHost.volume("vg-data", owner: .lvm(LogicalVolume(volumeGroup: "vg", name: "data"))),
            SampleHost.volume(
                "vg-containers_mail",
                owner: .lxd(LXDVolume(container: "mail", of: Container(id: "mail", name: "mail"), volumeGroup: "vg"))),
            SampleHost.volume(DeviceName(bytes: [0xFF, 0x20])), docker("docker-1-fff", id: "def", called: "short"),
        ]
    ).snapshot

    @Test(arguments: [
        ("docker-1-bbb", "docker-1-bbb"), ("docker-1-aaa", "docker-1-aaa"), ("abc222", "docker-1-bbb"), ("db", "docker-1-bbb"),
        ("abc2", "docker-1-bbb"), ("vg/data", "vg-data"), ("mail", "vg-containers_mail"),
        ("vg/containers_mail", "vg-containers_mail"), ("\\x{ff} ", "\\x{ff} "), ("def", "docker-1-fff"),
        ("web", "docker-1-aaa"), ("abc111", "docker-1-aaa"), ("def3", "docker-1-ccc"),
    ])
    func `A volume is found by its name, its container's id or name, or a prefix of the id`(text: String, name: String) throws {
        let snapshot = try #require(Self.snapshot)
        #expect(try VolumeLookup.find(text, in: snapshot).name == DeviceName(name))
    }

    @Test func `What may be several volumes is refused with their names`() throws {
        let snapshot = try #require(Self.snapshot)
        let byName = #expect(throws: VolumeLookupError.self) { try VolumeLookup.find("twin", in: snapshot) }
        #expect(
            byName?.description == "`twin` may be any of 2 volumes: docker-1-ddd (container twin), docker-1-eee (container twin)")
        let byPrefix = #expect(throws: VolumeLookupError.self) { try VolumeLookup.find("abc", in: snapshot) }
        #expect(byPrefix?.description.contains("docker-1-bbb (container db)") == true)
    }

    @Test func `An error names five candidates at most and says how many more there are`() throws {
        let volumes = (0..<9).map { Self.docker(DeviceName("v\($0)"), id: "a\($0)", called: "c\($0)") }
        let snapshot = try #require(SampleHost.report(volumes: volumes).snapshot)
        let error = #expect(throws: VolumeLookupError.self) { try VolumeLookup.find("a", in: snapshot) }
        #expect(error?.description.hasSuffix("v4 (container c4) and 4 more") == true)
    }

    @Test(arguments: ["", "nobody", "docker-1", "vg", "abc1111"])
    func `A text that is nobody's name finds nothing`(text: String) throws {
        let snapshot = try #require(Self.snapshot)
        #expect(throws: VolumeLookupError.none(text)) { try VolumeLookup.find(text, in: snapshot) }
    }
}
