// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import Sandbox

struct MountCopiesTests {
    private let host = """
        1 0 254:0 / / rw shared:1 - ext4 /dev/vda rw
        2 1 253:9 / /srv rw shared:2 - ext4 /dev/mapper/vg-srv rw
        3 1 254:0 /var/lib/docker/devicemapper /var/lib/docker/devicemapper rw - ext4 /dev/vda rw
        4 3 253:3 / /var/lib/docker/devicemapper/mnt/aa rw - ext4 /dev/mapper/docker-aa rw
        5 3 253:4 / /var/lib/docker/devicemapper/mnt/b\\040b rw - ext4 /dev/mapper/docker-bb rw
        6 1 0:20 / /proc rw shared:3 - proc proc rw
        """

    /// As systemd makes it: what was shared follows the host, what was private follows nobody.
    private let own = """
        11 10 254:0 / / ro shared:11 master:1 - ext4 /dev/vda rw
        12 11 253:9 / /srv ro shared:12 master:2 - ext4 /dev/mapper/vg-srv rw
        13 11 254:0 /var/lib/docker/devicemapper /var/lib/docker/devicemapper ro shared:13 - ext4 /dev/vda rw
        14 13 253:3 / /var/lib/docker/devicemapper/mnt/aa ro shared:14 - ext4 /dev/mapper/docker-aa rw
        15 13 253:4 / /var/lib/docker/devicemapper/mnt/b\\040b ro shared:15 - ext4 /dev/mapper/docker-bb rw
        16 11 0:20 / /proc rw shared:16 master:3 - proc proc rw
        17 11 254:0 /var/lib/headroom /var/lib/headroom rw shared:17 - ext4 /dev/vda rw
        """

    private func unreached(needed: [String] = [], own: String? = nil) -> [String] {
        MountCopies.unreached(own: Array((own ?? self.own).utf8), host: Array(host.utf8), needed: needed)
    }

    @Test func `Copies that the host's umount does not reach are let go, the last mounted first`() {
        #expect(unreached() == ["/var/lib/docker/devicemapper/mnt/b b", "/var/lib/docker/devicemapper/mnt/aa"])
    }

    @Test func `What is needed stays`() {
        #expect(unreached(needed: ["/var/lib/docker/devicemapper/mnt/aa/state"]) == ["/var/lib/docker/devicemapper/mnt/b b"])
        #expect(unreached(needed: ["/var/lib/docker/devicemapper/mnt/a"]).count == 2)
    }

    @Test func `What systemd hands over stays`() {
        let line = "19 11 0:40 / /run/credentials/headroom.service ro shared:19 - ramfs none rw\n"
        #expect(
            MountCopies.unreached(own: Array((own + line).utf8), host: Array((host + line).utf8), needed: []) == unreached())
    }

    @Test func `What the host has not, or has elsewhere, is no copy`() {
        // A container with volumes of its own, whose root is one of the host's thin volumes.
        let container = """
            21 20 253:3 / / rw - ext4 /dev/mapper/docker-aa rw
            22 21 253:9 / /data rw - ext4 /dev/mapper/vg-srv rw
            23 21 253:7 / /srv rw - ext4 /dev/mapper/other rw
            """
        #expect(unreached(own: container) == [])
    }

    @Test func `Where nothing follows the host, what every program lives on stays`() {
        let alone = own.replacingWords(" master:1", " ").replacingWords(" master:3", " ")
        #expect(unreached(own: alone).contains("/srv"))
        #expect(!unreached(own: alone).contains("/proc"))
        #expect(!unreached(own: alone).contains("/"))
    }

    @Test func `A process that shares the host's mounts sees them as they are`() {
        #expect(HostView.root == "" && HostView.process == "self")
        #expect(HostView.command("/bin/true", ["a"]) == ["/bin/true", "a"])
        #expect(MountCopies.letGo(needed: []) == [])
    }
}

extension String {
    fileprivate func replacingWords(_ old: String, _ new: String) -> String {
        split(separator: old, omittingEmptySubsequences: false).joined(separator: new)
    }
}
