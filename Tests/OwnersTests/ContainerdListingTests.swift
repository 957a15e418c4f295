// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import LocalGRPC
import Testing
import Units

@testable import Owners

@Suite struct ContainerdListingTests {
    private func container(
        _ id: String, labels: [String: String] = [:], snapshotter: String = "devmapper", namespace: String = "k8s.io"
    ) -> ListedContainer {
        ListedContainer(
            namespace: namespace, id: id, image: "busybox", labels: labels, snapshotter: snapshotter, snapshotKey: id)
    }

    /// A list with these messages in it, as all of containerd's lists are.
    private func list(_ messages: [UInt8]...) -> [UInt8] {
        messages.flatMap { message -> [UInt8] in
            precondition(message.count < 128)
            return [1 << 3 | 2, UInt8(message.count)] + message
        }
    }

    private func sample(_ id: String, snapshotter: String = "devmapper") -> [UInt8] {
        protobufMessage((1, id), (3, "busybox"), (6, snapshotter), (7, "key-\(id)"))
    }

    @Test func `what containerd answers is understood: the container, its labels, its device`() throws {
        var asked: [String] = []
        let listing = try ContainerdListing(socket: "/s", known: [:]) { method, message, namespace throws(LocalGRPCError) in
            asked.append("\(method) in '\(namespace)'")
            switch method {
            case "namespaces.v1.Namespaces/List": return ContainerdAnswers.namespaces
            case "containers.v1.Containers/List": return ContainerdAnswers.containers
            default:
                #expect(message == protobufMessage((1, "devmapper"), (2, "idle")))
                return ContainerdAnswers.mounts
            }
        }
        #expect(
            asked == [
                "namespaces.v1.Namespaces/List in ''", "containers.v1.Containers/List in 'default'",
                "snapshots.v1.Snapshots/Mounts in 'default'",
            ])
        let labels = ["tier": "idle", "odd": "ä \"x\"", "io.containerd.image.config.stop-signal": "SIGTERM"]
        #expect(
            listing.containers == [
                "devpool-snap-2": ListedContainer(
                    namespace: "default", id: "idle", image: "docker.io/library/busybox:latest", labels: labels,
                    snapshotter: "devmapper", snapshotKey: "idle")
            ])
    }

    @Test func `a snapshot's device is asked once, a snapshot that is gone has none, and other snapshotters are left alone`()
        throws
    {
        var mounts = 0
        func listing(_ known: [ContainerdListing.Key: DeviceName]) throws -> ContainerdListing {
            try ContainerdListing(socket: "/s", known: known) { method, message, _ throws(LocalGRPCError) in
                switch method {
                case "namespaces.v1.Namespaces/List": return list(protobufMessage((1, "n")))
                case "containers.v1.Containers/List":
                    return list(sample("a"), sample("gone"), sample("other", snapshotter: "overlayfs"))
                default:
                    mounts += 1
                    if message == protobufMessage((1, "devmapper"), (2, "key-gone")) { throw .refused(method) }
                    return list(protobufMessage((1, "ext4"), (2, "/dev/mapper/pool-snap-9")))
                }
            }
        }
        let first = try listing([:])
        #expect(first.containers.keys.sorted() == ["pool-snap-9"] && mounts == 2)
        #expect(try listing(first.devices).containers == first.containers && mounts == 3)
    }

    @Test func `a call that fails is told, and so is an answer that is none`() {
        #expect(throws: LocalGRPCError.timeout(.seconds(5))) {
            try ContainerdListing(socket: "/s", known: [:]) { _, _, _ throws(LocalGRPCError) in throw .timeout(.seconds(5)) }
        }
        #expect(throws: LocalGRPCError.self) {
            try ContainerdListing(socket: "/s", known: [:]) { _, _, _ throws(LocalGRPCError) in [0x0A, 200, 1] }
        }
    }

    @Test(
        arguments: [
            ("/dev/mapper/devpool-snap-2", "devpool-snap-2"), ("/dev/mapper/", nil), ("overlay", nil), ("/dev/dm-3", nil),
        ] as [(String, DeviceName?)])
    func `a device is told by what is mounted`(source: String, device: DeviceName?) {
        #expect(ContainerdListing.device(mountedFrom: source) == device)
    }

    @Test func `a pod's labels are those of its sandbox, and hold for each container of it`() {
        let sandbox = ["io.cri-containerd.kind": "sandbox", "io.kubernetes.pod.uid": "u1", "app": "shop", "tier": "pod"]
        let own = ["io.cri-containerd.kind": "container", "io.kubernetes.pod.uid": "u1", "tier": "own"]
        let found = ListedContainer.withPodLabels([
            container("c", labels: own), container("s", labels: sandbox),
            container("other", labels: ["io.kubernetes.pod.uid": "u2"]), container("none"),
        ])
        #expect(found[0].labels["app"] == "shop" && found[0].labels["tier"] == "own")
        #expect(found[0].labels["io.cri-containerd.kind"] == "container")
        #expect(found[2].labels["app"] == nil && found[3].labels == [:])
    }

    @Test func `labels are added to the container that is meant, and a running task's own file wins`() {
        let running = Owner.containerd(
            ContainerdSnapshot(
                role: .container, number: 2, container: Container(id: "c", namespace: "k8s.io", labels: ["tier": "file"])))
        let listed = container("c", labels: ["tier": "told", "app": "shop", "io.kubernetes.container.name": "pg"])
        let added = running.adding(listed).container
        #expect(added?.labels["tier"] == "file" && added?.labels["app"] == "shop")
        #expect(added?.name == "pg" && added?.image == "busybox")
        #expect(running.adding(container("c", namespace: "moby")) == running)
        #expect(running.adding(container("d")) == running)
        #expect(Owner.plain.adding(listed) == .plain)
        // One that does not run has no file: it gets its name, and stays what it is.
        let stopped = Owner.containerd(ContainerdSnapshot(role: .snapshot, number: 2)).adding(listed)
        #expect(stopped.container?.id == "c" && stopped.container?.namespace == "k8s.io" && stopped.isParent)
    }

    @Test func `the sockets are those that somebody listens on and that are called so`() throws {
        let host = MadeHost()
        host.write(
            """
            Num       RefCount Protocol Flags    Type St Inode Path
            0000000047f997ca: 00000002 00000000 00010000 0001 01   255 /mnt/containerd.sock.ttrpc
            00000000a167cfd8: 00000002 00000000 00010000 0001 01   265 /run/containerd/containerd.sock
            000000003ec718b8: 00000003 00000000 00000000 0001 03   432
            00000000a167cfd9: 00000003 00000000 00000000 0001 03   266 /run/containerd/containerd.sock
            00000000a167cfda: 00000003 00000000 00000000 0001 03   267 /run/other/containerd.sock
            00000000a167cfdb: 00000002 00000000 00010000 0001 01   268 /run/my k3s/containerd/containerd.sock
            00000000a167cfdc: 00000002 00000000 00010000 0001 01   269 @containerd.sock
            00000000a167cfdd: 00000002 00000000 00010000 0001 01   270 /run/notcontainerd.sock

            """, to: "/proc/1/net/unix")
        #expect(
            try ContainerdSockets.paths(in: host) == [
                "/run/containerd/containerd.sock", "/run/my k3s/containerd/containerd.sock",
            ])
    }

    @Test func `a host without containerd has nothing to tell, one whose list cannot be read says so`() {
        let host = MadeHost()
        host.write("Num RefCount Protocol Flags Type St Inode Path\n", to: "/proc/1/net/unix")
        #expect(ContainerdDaemons(files: host).ask() == ContainerdDaemons.Told())
        host.remove("/proc/1/net/unix")
        #expect(ContainerdDaemons(files: host).ask().complaints.map(\.owner) == ["containerd"])
    }

    @Test func `a socket that nobody answers at is a complaint`() {
        let host = MadeHost()
        host.write("a: 2 0 00010000 0001 01 255 /nowhere/containerd.sock\n", to: "/proc/1/net/unix")
        let told = ContainerdDaemons(files: host).ask()
        #expect(told.containers == [:] && told.complaints.map(\.kind) == ["failed"])
        #expect(told.complaints.first?.text.contains("/nowhere/containerd.sock") == true)
    }
}
