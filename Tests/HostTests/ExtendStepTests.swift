// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Glibc
import Owners
import Synchronization
import Testing
import Units

@testable import Host

@Suite("The step that has LVM extend a volume")
struct ExtendStepTests {
    private let identity = VolumeIdentity(name: "vg-my--data", uuid: "LVM-u", poolName: "vg-tp-tpool", thinID: 1)
    private let volume = LogicalVolume(volumeGroup: "vg", name: "my-data")
    private let longer = Sectors(1_048_576)

    private func devices() -> FakeDevices {
        let devices = FakeDevices()
        devices.addPool("vg-tp-tpool", minor: 0)
        devices.addVolume("vg-my--data", minor: 1, pool: 0, id: 1, uuid: "LVM-u")
        return devices
    }

    /// How the step ends, and how often LVM was called. `lvm` is what its command does.
    private func perform(
        _ devices: FakeDevices, as other: LogicalVolume? = nil, with identity: VolumeIdentity? = nil,
        lvm: @escaping @Sendable (FakeDevices, Sectors) throws(StepFailure) -> Void = { devices, length in
            // It rounds up to an extent of its own.
            devices.change("vg-my--data") { $0.live?.length = Sectors((length.count + 8191) / 8192 * 8192) }
        }
    ) -> (StepReport.Outcome, calls: Int) {
        let calls = Mutex(0)
        let step = ExtendStep(
            control: devices, identity: identity ?? self.identity, volume: other ?? volume, length: longer
        ) { _, length throws(StepFailure) in
            calls.withLock { $0 += 1 }
            try lvm(devices, length)
        }
        let outcome: StepReport.Outcome
        do throws(StepFailure) {
            try step.perform()
            outcome = .done
        } catch { outcome = error.outcome }
        return (outcome, calls.withLock { $0 })
    }

    private func isRefused(_ outcome: StepReport.Outcome, _ word: String) -> Bool {
        if case .refused(let reason) = outcome { reason.contains(word) } else { false }
    }

    @Test("LVM extends it, and no table is loaded past LVM")
    func extends() {
        let devices = devices()
        let (outcome, calls) = perform(devices)
        #expect(outcome == .done && calls == 1)
        #expect(devices.live("vg-my--data")?.length == longer)
        #expect(!devices.state.withLock { $0.calls.contains { $0.hasPrefix("load") || $0.hasPrefix("resume") } })
    }

    @Test("what is long enough already is left alone")
    func longEnough() {
        let devices = devices()
        devices.change("vg-my--data") { $0.live?.length = longer }
        #expect(perform(devices) == (.done, 0))
    }

    @Test("a table that somebody left waiting is LVM's to tidy up")
    func waitingTable() {
        let devices = devices()
        devices.change("vg-my--data") { $0.inactive = Target(length: longer, kind: "thin", words: "254:0 1") }
        #expect(perform(devices) == (.done, 1))
    }

    @Test("another volume than the one meant is never told to LVM")
    func otherVolume() {
        let changes: [(change: @Sendable (inout FakeDevices.Device) -> Void, word: String)] = [
            ({ $0.uuid = "LVM-other" }, "another device"), ({ $0.live?.words = "254:0 2" }, "another volume"),
            ({ $0.live?.words = "254:1 1" }, "not in pool"),
            ({ $0.live = Target(length: Sectors(8), kind: "error", words: "") }, "no thin table"),
            ({ $0.isSuspended = true }, "suspended"),
        ]
        for (change, word) in changes {
            let devices = devices()
            devices.change("vg-my--data") { change(&$0) }
            let (outcome, calls) = perform(devices)
            #expect(isRefused(outcome, word) && calls == 0, "\(outcome)")
        }
        let gone = FakeDevices()
        #expect(isRefused(perform(gone).0, "no device"))
    }

    @Test("a name that is not the device's, or somebody's above LVM, is refused")
    func otherName() {
        let other = perform(devices(), as: LogicalVolume(volumeGroup: "vg", name: "other"))
        #expect(isRefused(other.0, "is not the device of") && other.calls == 0)
        var identity = identity
        identity.uuid = "u"
        let plain = perform(devices(), with: identity)
        #expect(isRefused(plain.0, "is not the device of") && plain.calls == 0)
        identity = VolumeIdentity(name: "vg-vm--101--disk--0", uuid: "LVM-u", poolName: "vg-tp-tpool", thinID: 1)
        let managed = perform(devices(), as: LogicalVolume(volumeGroup: "vg", name: "vm-101-disk-0"), with: identity)
        #expect(isRefused(managed.0, "qm resize 101") && managed.calls == 0)
    }

    @Test("what waits for one group's lock is left alone, and delays no other group's")
    func groups() async {
        let devices = devices()
        devices.addVolume("other-data", minor: 2, pool: 0, id: 2, uuid: "LVM-o")
        let groups = VolumeGroups(deadline: .milliseconds(200))
        let longer = longer
        let lock = Lock()
        func step(_ name: DeviceName, _ uuid: String, _ id: UInt32, in group: String, _ volume: String) -> ExtendStep {
            ExtendStep(
                control: devices,
                identity: VolumeIdentity(name: name, uuid: uuid, poolName: "vg-tp-tpool", thinID: id),
                volume: LogicalVolume(volumeGroup: group, name: volume), length: longer
            ) { volume, length in
                if volume.volumeGroup == "vg" { lock.wait() }
                devices.change(volume.deviceName) { $0.live?.length = length }
            }
        }
        let waiting = step("vg-my--data", "LVM-u", 1, in: "vg", "my-data")
        #expect(await groups.extend(waiting).outcome == .stuck(after: .milliseconds(200)))
        #expect(isRefused(await groups.extend(waiting).outcome, "has not come back"))
        let other = await groups.extend(step("other-data", "LVM-o", 2, in: "other", "data"))
        #expect(other.outcome == .done && other.deviceLength == longer)
        lock.open()
        // It comes to its end, and the group is asked again.
        while await groups.extend(waiting).outcome != .done {}
        #expect(devices.live("vg-my--data")?.length == longer)
    }

    /// A volume group's lock, held by another until it is opened.
    private final class Lock: Sendable {
        private let isOpen = Mutex(false)
        func open() { isOpen.withLock { $0 = true } }
        func wait() { while !isOpen.withLock({ $0 }) { usleep(1000) } }
    }

    @Test("LVM's failure is the step's, and a success that changed nothing is one too")
    func failures() {
        let failed = perform(devices()) { _, _ throws(StepFailure) in throw .failed("no") }
        #expect(failed == (.failed(errno: 0, text: "no"), 1))
        guard case .failed(_, let text) = perform(devices(), lvm: { _, _ in }).0 else {
            Issue.record("nothing was extended, and it was called done")
            return
        }
        #expect(text.contains("says that it is done"))
        let replaced = perform(devices()) { devices, _ in devices.change("vg-my--data") { $0.uuid = "LVM-new" } }
        #expect(isRefused(replaced.0, "another device"))
    }
}
