// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Testing
import Units

@Suite struct ContainerdTests {
    private let host = MadeHost()
    private let task = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/0123abc"

    private func volume(_ mountPoints: [String], name: String = "devpool-snap-7", pool: String = "devpool") -> VolumeSighting {
        VolumeSighting(name: DeviceName(name), uuid: "", poolName: DeviceName(pool), mountPoints: mountPoints)
    }

    private func owner(of volume: VolumeSighting) -> Owner {
        OwnerDirectory(files: host).identify(volumes: [volume], pools: []).owner(of: volume.name)
    }

    @Test func `the root of a running task is a container, called as Kubernetes calls it`() {
        let annotations = [
            ("container-name", "web"), ("image-name", "nginx:1"), ("sandbox-name", "pod-1"), ("sandbox-namespace", "prod"),
        ].map { #""io.kubernetes.cri.\#($0)":"\#($1)""# }.joined(separator: ",")
        host.write(#"{"ociVersion":"1.0.2","process":{"args":["x"]},"annotations":{\#(annotations)}}"#, to: task + "/config.json")
        let owner = owner(of: volume(["/", task + "/rootfs"]))
        guard case .containerd(let snapshot) = owner else { return #expect(Bool(false), "\(owner)") }
        #expect(snapshot.role == .container)
        #expect(snapshot.number == 7)
        #expect(snapshot.container?.id == "0123abc")
        #expect(snapshot.container?.namespace == "k8s.io")
        #expect(snapshot.container?.name == "web")
        #expect(snapshot.container?.image == "nginx:1")
        #expect(snapshot.container?.labels["io.kubernetes.cri.sandbox-name"] == "pod-1")
        #expect(snapshot.container?.labels["io.kubernetes.pod.name"] == "pod-1")
        #expect(snapshot.container?.labels["io.kubernetes.container.name"] == "web")
        #expect(snapshot.container?.pod == "pod-1" && snapshot.container?.podNamespace == "prod")
        #expect(!owner.isParent)
    }

    @Test func `a task without annotations is known by its id`() {
        host.write(#"{"ociVersion":"1.0.2"}"#, to: task + "/config.json")
        #expect(owner(of: volume([task + "/rootfs"])).container == Container(id: "0123abc", namespace: "k8s.io"))
    }

    @Test(arguments: [
        [], ["/var/lib/containerd/tmpmounts/containerd-mount1"], ["/run/x/io.containerd.runtime.v2.task/k8s.io/0123abc/work"],
        ["/run/x/io.containerd.runtime.v2.task//0123abc/rootfs"], ["/run/x/other/k8s.io/0123abc/rootfs"], ["rootfs"],
    ])
    func `a snapshot that is no task's root may be a parent`(mountPoints: [String]) {
        let owner = owner(of: volume(mountPoints))
        #expect(owner == .containerd(ContainerdSnapshot(role: .snapshot, number: 7)))
        #expect(owner.isParent)
    }

    @Test func `a mount point that is only called like a task's is none`() {
        #expect(owner(of: volume([task + "/rootfs"])).isParent)
    }

    @Test func `a build step's root becomes a layer, so it is no container's`() {
        let build = "/run/containerd/io.containerd.runtime.v2.task/buildkit/step"
        host.write("{}", to: build + "/config.json")
        host.write("{}", to: task + "/config.json")
        #expect(owner(of: volume([build + "/rootfs"])).isParent)
        #expect(owner(of: volume([task + "/rootfs", "/tmp/buildkit-mount123"])).isParent)
    }

    @Test(arguments: [
        ("devpool-snap-7", "other"), ("devpool-snap-", "devpool"), ("devpool-snap-7x", "devpool"), ("snap-7", ""),
        ("devpool-7", "devpool"),
        ("devpool-snap-99999999999999999999", "devpool"),
    ])
    func `a name of that form on another pool is plain`(name: String, pool: String) {
        #expect(owner(of: volume([], name: name, pool: pool)) == .plain)
    }

    @Test func `the pool under snapshots is containerd's, and LVM's uuid wins over a name`() {
        let pools = [PoolSighting(name: "devpool", uuid: ""), PoolSighting(name: "other", uuid: "")]
        let ownership = OwnerDirectory(files: host).identify(volumes: [volume([])], pools: pools)
        #expect(ownership.keeper(of: "devpool") == .containerd)
        #expect(ownership.keeper(of: "other") == .plain)
        var logical = volume([])
        logical.uuid = "LVM-" + String(repeating: "x", count: 64)
        #expect(owner(of: logical).name == "lvm")
    }

    @Test func `a configuration that is no JSON is a complaint, and the container still known by its id`() {
        host.write("{", to: task + "/config.json")
        let ownership = OwnerDirectory(files: host).identify(volumes: [volume([task + "/rootfs"])], pools: [])
        #expect(ownership.owner(of: "devpool-snap-7").container == Container(id: "0123abc", namespace: "k8s.io"))
        #expect(ownership.complaints.map(\.kind) == ["unparsable"])
    }

    @Test func `a container that stopped is a snapshot again`() {
        host.write("{}", to: task + "/config.json")
        let directory = OwnerDirectory(files: host)
        let running = volume([task + "/rootfs"])
        #expect(!directory.identify(volumes: [running], pools: []).owner(of: running.name).isParent)
        host.remove(task)
        #expect(directory.identify(volumes: [running], pools: []).owner(of: running.name).isParent)
        #expect(directory.identify(volumes: [volume([])], pools: []).owner(of: running.name).isParent)
    }
}
