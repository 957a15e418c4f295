// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Owners
import Synchronization
import Testing
import Units

@testable import Host

@Suite("Names that only an owner's own program tells")
struct OwnerNamesTests {
    private let volume = VolumeReading(
        device: DeviceFact(name: "devpool-snap-2", number: DeviceNumber(major: 254, minor: 2)),
        table: ThinTable(length: Sectors(8), pool: DeviceNumber(major: 254, minor: 0), thinID: 2), status: .unknown("not asked"))

    private func found(_ role: ContainerdSnapshot.Role) -> OwnersFound {
        let container = role == .container ? Container(id: "c", namespace: "k8s.io") : nil
        var found = OwnersFound()
        found.volumes[volume.key] = .containerd(ContainerdSnapshot(role: role, number: 2, container: container))
        return found
    }

    private let listed = ListedContainer(
        namespace: "k8s.io", id: "c", image: "busybox", labels: ["app": "shop"], snapshotter: "devmapper", snapshotKey: "c")

    @Test("a running container's labels are awaited until containerd has told them, and then they are its own")
    func told() async {
        let listed = listed
        let names = OwnerNames(waits: true) { .init(containers: ["devpool-snap-2": listed]) }
        let found = await names.find(for: [volume], of: found(.container))
        #expect(found.owners[volume.key]?.container?.labels == ["app": "shop"])
        #expect(found.awaited.isEmpty && names.complaints().isEmpty)
    }

    @Test("while containerd does not answer they stay awaited, and that is a complaint")
    func silent() async {
        let names = OwnerNames(waits: true) {
            .init(complaints: [OwnerComplaint(owner: "containerd", kind: "timeout", text: "no answer")])
        }
        let found = await names.find(for: [volume], of: found(.container))
        #expect(found.awaited == [volume.key] && found.owners.isEmpty)
        #expect(names.complaints() == [Facts.Complaint(part: "containerd", kind: "timeout", text: "no answer")])
    }

    @Test("a container that containerd does not know has no more labels than its task's file says")
    func unknown() async {
        let names = OwnerNames(waits: true) { .init() }
        let found = await names.find(for: [volume], of: found(.container))
        #expect(found.awaited.isEmpty && found.owners.isEmpty)
    }

    @Test("one that does not run gets its name and is not awaited; when it runs it is asked about again")
    func stopped() async {
        let calls = Mutex(0)
        let listed = listed
        let names = OwnerNames(waits: true) {
            calls.withLock { $0 += 1 }
            return .init(containers: ["devpool-snap-2": listed])
        }
        let stopped = await names.find(for: [volume], of: found(.snapshot))
        #expect(stopped.owners[volume.key]?.container?.id == "c" && stopped.owners[volume.key]?.isParent == true)
        _ = await names.find(for: [volume], of: found(.snapshot))
        #expect(calls.withLock { $0 } == 1)
        _ = await names.find(for: [volume], of: found(.container))
        #expect(calls.withLock { $0 } == 2)
    }

    @Test("a look that does not wait has them awaited at first")
    func beside() async {
        let listed = listed
        let names = OwnerNames(waits: false) { .init(containers: ["devpool-snap-2": listed]) }
        let first = await names.find(for: [volume], of: found(.container))
        #expect(first.awaited == [volume.key])
        for _ in 0..<2000 {
            if await names.find(for: [volume], of: found(.container)).awaited.isEmpty { return }
            try? await Task.sleep(for: .milliseconds(5))
        }
        Issue.record("they were never heard")
    }
}
