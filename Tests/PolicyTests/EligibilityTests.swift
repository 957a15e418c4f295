// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Inventory
import Owners
import Policy
import Testing
import Units

@Suite struct EligibilityTests {
    /// A volume that would be grown, but for what `change` does to it.
    private func refusal(_ change: (inout Volume) -> Void) -> Refusal.Reason? {
        var volume = Made.volume(used: .mebibytes(1000))
        change(&volume)
        let plan = Made.plan([volume])
        #expect(plan["v"]?.runway == nil)
        return plan.refusal("v")
    }

    @Test func `nothing but a healthy top volume is grown`() {
        #expect(refusal { _ in } == nil)
        #expect(refusal { $0.isSuspended = true } == .suspended)
        #expect(refusal { $0.holders = ["dm-7"] } == .held)
        #expect(refusal { $0.writers = ["qemu (7)"] } == .sharedMount)
        #expect(refusal { $0.isDoubtful = true } == .doubtful)
        #expect(refusal { $0.content = .foreign(signature: "LUKS") } == .foreign)
        #expect(refusal { $0.content = .blank } == .inUse)
        #expect(refusal { $0.content = .unmounted(kind: .ext4, geometry: nil) } == .inUse)
        #expect(
            refusal {
                $0.content = .unmounted(kind: .ext4, geometry: nil)
                $0.openCount = 0
            } == .unmounted)
        #expect(refusal { $0.owner = .stratis } == .stratis)
        #expect(refusal { $0.externalOrigin = DeviceNumber(major: 254, minor: 9) } == .externalOrigin)
    }

    @Test(
        arguments: [
            ("vg-data", "data", nil), ("vg-my--data", "my-data", nil), ("vg-data-real", "data", .lvm), ("v", "data", .lvm),
            ("vg-vm--101--disk--0", "vm-101-disk-0", .managed), ("vg-containers_web", "containers_web", .managed),
        ] as [(DeviceName, String, Refusal.Reason?)])
    func `LVM's own volumes are grown through LVM, others' not`(device: DeviceName, name: String, reason: Refusal.Reason?) {
        let logical = LogicalVolume(volumeGroup: "vg", name: name)
        let plan = Made.plan([Made.volume(device, used: .mebibytes(1000), owner: .lvm(logical))])
        #expect(plan.refusal(device) == reason)
        #expect((plan.order(device)?.lasting == .byLogicalVolume(logical)) == (reason == nil))
        #expect(plan[device]?.runway == nil)
    }

    @Test func `an instance's volume is grown through its owner, as long as that answers, and only a container's`() {
        var instance = Made.instance()
        let volume = { (instance: LXDVolume) in Made.volume("vg-containers_web", used: .mebibytes(1000), owner: .lxd(instance)) }
        #expect(Made.plan([volume(instance)]).order("vg-containers_web")?.lasting == .byInstance(instance))
        #expect(Made.plan([volume(instance)])["vg-containers_web"]?.runway == nil)
        instance.isAnswering = false
        guard case .refused(let silent)? = Made.plan([volume(instance)])["vg-containers_web"]?.verdict else {
            Issue.record("it is grown past an owner that does not answer")
            return
        }
        #expect(silent.reason == .managed && silent.text.contains(instance.socketPath))
        #expect(silent.hint.contains("lxc config device override web root size=SIZE"))
        instance.isAnswering = true
        instance.role = .virtualMachineState
        #expect(Made.plan([volume(instance)]).refusal("vg-containers_web") == .managed)
    }

    @Test(arguments: [DockerVolume.Role.layer, .base, .containerInit, .unknown])
    func `what is or may become a parent is never grown and its wish is not counted`(role: DockerVolume.Role) {
        let volume = Made.volume(used: .mebibytes(1000), owner: .docker(DockerVolume(role: role, hash: "abc")))
        let plan = Made.plan([volume])
        guard case .barred(let refusal) = plan["v"]?.verdict else {
            Issue.record("decided \(String(describing: plan["v"]?.verdict))")
            return
        }
        #expect(refusal.reason == .parent)
        #expect(plan["v"]?.needs == [])
    }

    @Test func `a stuck or read-only filesystem is refused`() {
        #expect(
            refusal {
                guard case .mounted(var filesystem) = $0.content else { return }
                filesystem.reading = .stuck
                $0.content = .mounted(filesystem)
            } == .stuck)
        #expect(
            refusal {
                guard case .mounted(var filesystem) = $0.content else { return }
                filesystem.isReadOnly = true
                $0.content = .mounted(filesystem)
            } == .readOnly)
    }

    @Test func `two devices on one thin id are both refused`() {
        let plan = Made.plan([Made.volume("a", id: 7, used: .mebibytes(1000)), Made.volume("b", id: 7, used: .mebibytes(1000))])
        #expect(plan.refusal("a") == .sharedMount)
        #expect(plan.refusal("b") == .sharedMount)
        // Of a failed pool no volume tells its thin id.
        let failed = ["a", "b"].map { Made.volume($0, id: ThinTable.unknownID, used: .mebibytes(1000)) }
        #expect(Made.plan(failed).refusal("a") != .sharedMount)
    }
}
