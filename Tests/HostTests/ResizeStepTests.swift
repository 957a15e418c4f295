// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import HTTPClient
import Synchronization
import Testing
import Units

@testable import Host
@testable import Owners

@Suite("The step that has LXD grow an instance")
struct ResizeStepTests {
    private let identity = VolumeIdentity(name: "vg-containers_web", uuid: "LVM-u", poolName: "vg-tp-tpool", thinID: 1)
    private let volume = LXDVolume(container: "web", of: Container(id: "web"), volumeGroup: "vg")
    /// 512 MiB; the device has 256.
    private let longer = Sectors(1_048_576)

    private func devices() -> FakeDevices {
        let devices = FakeDevices()
        devices.addPool("vg-tp-tpool", minor: 0)
        devices.addVolume("vg-containers_web", minor: 1, pool: 0, id: 1, uuid: "LVM-u")
        return devices
    }

    /// How the step ends, what is on record then, and which sizes LXD was told. `lxd` is what it does with one of them:
    /// nil when it does it.
    private func perform(
        _ devices: FakeDevices, recorded: String? = nil, as other: LXDVolume? = nil,
        lxd: @escaping @Sendable (FakeDevices, Int) -> ClientAnswer? = { devices, _ in
            devices.change("vg-containers_web") { $0.live?.length = Sectors(1_048_576) }
            return nil
        }
    ) -> (outcome: StepReport.Outcome, recorded: Bytes?, told: Int) {
        let told = Mutex(0)
        let size = recorded.map { #","size":"\#($0)""# } ?? ""
        let record =
            #"{"metadata":{"name":"web","expanded_devices":{"root":{"type":"disk","path":"/","pool":"default"\#(size)}}}}"#
        let books = LXDBooks { _, request, _ throws(ClientError) in
            guard request.method == .patch else { return ClientAnswer(status: 200, etag: "e", body: Array(record.utf8)) }
            let count = told.withLock { told in
                told += 1
                return told
            }
            return lxd(devices, count) ?? ClientAnswer(status: 200, body: Array(#"{"metadata":{}}"#.utf8))
        }
        var step = ResizeStep(control: devices, identity: identity, volume: other ?? volume, length: longer, books: books)
        step.pause = .milliseconds(1)
        let outcome: StepReport.Outcome
        var recorded: Bytes?
        do throws(StepFailure) {
            recorded = try step.perform()
            outcome = .done
        } catch { outcome = error.outcome }
        return (outcome, recorded, told.withLock { $0 })
    }

    private func isRefused(_ outcome: StepReport.Outcome, _ word: String) -> Bool {
        if case .refused(let reason) = outcome { reason.contains(word) } else { false }
    }

    private static let changed = ClientAnswer(status: 412, body: Array(#"{"error":"ETag doesn't match"}"#.utf8))

    @Test("LXD grows it, and no table is loaded past LXD")
    func grows() {
        let devices = devices()
        #expect(perform(devices) == (.done, .mebibytes(512), 1))
        #expect(!devices.state.withLock { $0.calls.contains { $0.hasPrefix("load") || $0.hasPrefix("resume") } })
    }

    @Test("what is long enough is left alone, unless LXD has less on record")
    func longEnough() {
        let devices = devices()
        devices.change("vg-containers_web") { $0.live?.length = Sectors(2_097_152) }
        #expect(perform(devices) == (.done, nil, 0))
        #expect(perform(devices, recorded: "1GiB") == (.done, .gibibytes(1), 0))
        #expect(perform(devices, recorded: "2GiB") == (.done, .gibibytes(2), 0))
        // It is told what is there, not what was asked for.
        #expect(perform(devices, recorded: "512MiB") { _, _ in nil } == (.done, .gibibytes(1), 1))
    }

    @Test("a record of more is never lowered")
    func record() {
        let (outcome, _, told) = perform(devices(), recorded: "1GiB")
        #expect(isRefused(outcome, "1GiB") && told == 0)
    }

    @Test("where others are quicker it reads anew and tries again, and gives up in the end")
    func others() {
        let patient = perform(devices()) { devices, count in
            if count < 4 { return Self.changed }
            devices.change("vg-containers_web") { $0.live?.length = Sectors(1_048_576) }
            return nil
        }
        #expect(patient == (.done, .mebibytes(512), 4))
        let (outcome, _, told) = perform(devices()) { _, _ in Self.changed }
        #expect(isRefused(outcome, "somebody else") && told == 20)
    }

    @Test("another volume by that name, a suspended one, or one that is no container's, is refused before LXD is told")
    func refusals() {
        let replaced = devices()
        replaced.change("vg-containers_web") { $0.uuid = "LVM-new" }
        let suspended = devices()
        suspended.change("vg-containers_web") { $0.isSuspended = true }
        for (devices, word) in [(replaced, "another device"), (suspended, "suspended")] {
            let (outcome, _, told) = perform(devices)
            #expect(isRefused(outcome, word) && told == 0)
        }
        var machine = volume
        machine.role = .virtualMachineState
        #expect(isRefused(perform(devices(), as: machine).outcome, "no container's root"))
        let other = LXDVolume(container: "web2", of: Container(id: "web2"), volumeGroup: "vg")
        #expect(isRefused(perform(devices(), as: other).outcome, "is not the device of vg/containers_web2"))
    }

    @Test("what LXD calls done and is not, is a failure")
    func lies() {
        guard case .failed(_, let text) = perform(devices(), lxd: { _, _ in nil }).outcome else {
            Issue.record("nothing was grown, and it was called done")
            return
        }
        #expect(text.contains("says that it is done"))
    }
}
