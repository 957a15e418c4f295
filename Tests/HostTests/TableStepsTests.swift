// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Dice
import Filesystem
import Synchronization
import Testing
import Units

@testable import Host

@Suite("Steps that change a table")
struct TableStepsTests {
    private let identity = VolumeIdentity(name: "a", uuid: "u", poolName: "one", thinID: 1)
    private let longer = Sectors(1_048_576)

    private func devices() -> FakeDevices {
        let devices = FakeDevices()
        devices.addPool("one", minor: 0)
        devices.addPool("two", minor: 10)
        devices.addVolume("a", minor: 1, pool: 0, id: 1, uuid: "u")
        return devices
    }

    private func outcome(_ body: () throws(StepFailure) -> Void) -> StepReport.Outcome {
        do throws(StepFailure) {
            try body()
            return .done
        } catch { return error.outcome }
    }

    private func expectRefused(_ outcome: StepReport.Outcome, _ word: String, _ place: SourceLocation = #_sourceLocation) {
        guard case .refused(let reason) = outcome else {
            Issue.record("\(outcome)", sourceLocation: place)
            return
        }
        #expect(reason.contains(word), sourceLocation: place)
    }

    @Test("what is loaded is the live table with more sectors, its origin kept")
    func load() throws {
        let devices = devices()
        devices.change("a") { $0.live?.words = "254:0 1 8:16" }
        try TableSteps(control: devices).load(identity, length: longer)
        #expect(devices.inactive("a")?.description == "0 1048576 thin 254:0 1 8:16")
        #expect(devices.live("a")?.length == Sectors(524_288))
    }

    @Test("a table that is not longer is refused", arguments: [0, 1, 524_287, 524_288] as [UInt64])
    func notLonger(length: UInt64) {
        let devices = devices()
        let steps = TableSteps(control: devices)
        expectRefused(outcome { () throws(StepFailure) in try steps.load(identity, length: Sectors(length)) }, "longer")
        #expect(devices.inactive("a") == nil)
    }

    @Test("a volume that is not the one that was meant is refused by every step")
    func otherVolume() {
        let changes: [(String, @Sendable (FakeDevices) -> Void)] = [
            ("any more", { $0.state.withLock { $0.devices["a"] = nil } }),
            ("uuid", { $0.change("a") { $0.uuid = "other" } }),
            ("thin id", { $0.change("a") { $0.live?.words = "254:0 2" } }),
            ("pool one", { $0.change("a") { $0.live?.words = "254:10 1" } }),
            ("no thin table", { $0.change("a") { $0.live = Target(length: Sectors(524_288), kind: "linear", words: "8:0 0") } }),
            ("no thin table", { $0.change("a") { $0.live?.words = "Fail" } }),
        ]
        for (word, change) in changes {
            let devices = devices()
            devices.change("a") { $0.inactive = Target(length: longer, kind: "thin", words: "254:0 1") }
            change(devices)
            let steps = TableSteps(control: devices)
            expectRefused(outcome { () throws(StepFailure) in try steps.load(identity, length: longer) }, word)
            expectRefused(outcome { () throws(StepFailure) in try steps.resume(identity, length: longer) }, word)
            expectRefused(outcome { () throws(StepFailure) in try steps.clear(identity) }, word)
            #expect(!devices.state.withLock { $0.calls.contains { $0.hasPrefix("load") || $0.hasPrefix("resume") } })
        }
    }

    @Test("nothing is sent to a suspended volume, nor to one whose pool is suspended", arguments: ["a", "one"] as [DeviceName])
    func suspended(name: DeviceName) {
        let devices = devices()
        devices.change("a") { $0.inactive = Target(length: longer, kind: "thin", words: "254:0 1") }
        devices.change(name) { $0.isSuspended = true }
        let steps = TableSteps(control: devices)
        expectRefused(outcome { () throws(StepFailure) in try steps.load(identity, length: Sectors(2_097_152)) }, "suspended")
        expectRefused(outcome { () throws(StepFailure) in try steps.resume(identity, length: longer) }, "suspended")
        let growth = GrowthStep(control: devices, identity: identity, kind: .ext4, size: .mebibytes(256))
        expectRefused(outcome { () throws(StepFailure) in _ = try growth.find() }, "suspended")
        #expect(devices.live("a")?.length == Sectors(524_288))
    }

    @Test("somebody else's waiting table is left alone, one's own is replaced")
    func waitingTable() {
        let devices = devices()
        let steps = TableSteps(control: devices)
        devices.change("a") { $0.inactive = Target(length: longer, kind: "error", words: "") }
        expectRefused(outcome { () throws(StepFailure) in try steps.load(identity, length: longer) }, "did not load")
        devices.change("a") { $0.inactive = Target(length: Sectors(600_000), kind: "thin", words: "254:0 1") }
        #expect(outcome { () throws(StepFailure) in try steps.load(identity, length: longer) } == .done)
        #expect(devices.inactive("a")?.length == longer)
    }

    @Test("a load that reads back as something else is cleared and reported as failed")
    func readsBackOther() {
        let devices = devices()
        devices.state.withLock { $0.afterLoad = { $0.devices["a"]?.inactive?.words = "254:0 2" } }
        let result = outcome { () throws(StepFailure) in try TableSteps(control: devices).load(identity, length: longer) }
        guard case .failed = result else {
            Issue.record("\(result)")
            return
        }
        #expect(devices.inactive("a") == nil)
    }

    @Test("only the table that was loaded for this length is resumed")
    func resume() {
        let devices = devices()
        let steps = TableSteps(control: devices)
        expectRefused(outcome { () throws(StepFailure) in try steps.resume(identity, length: longer) }, "no table waiting")
        for words in ["254:0 2", "254:10 1", "254:0 1 8:16"] {
            devices.change("a") { $0.inactive = Target(length: longer, kind: "thin", words: words) }
            expectRefused(outcome { () throws(StepFailure) in try steps.resume(identity, length: longer) }, "no table waiting")
        }
        devices.change("a") { $0.inactive = Target(length: Sectors(8), kind: "thin", words: "254:0 1") }
        expectRefused(outcome { () throws(StepFailure) in try steps.resume(identity, length: Sectors(8)) }, "no table waiting")
        devices.change("a") { $0.inactive = Target(length: longer, kind: "thin", words: "254:0 1") }
        #expect(outcome { () throws(StepFailure) in try steps.resume(identity, length: longer) } == .done)
        #expect(devices.live("a")?.length == longer)
        // Again, as after a crash between the resume and its record.
        #expect(outcome { () throws(StepFailure) in try steps.resume(identity, length: longer) } == .done)
    }

    @Test("a resume that fails in the middle does not leave the volume suspended")
    func resumeFails() {
        let devices = devices()
        devices.change("a") { $0.inactive = Target(length: longer, kind: "thin", words: "254:0 1") }
        devices.state.withLock { $0.resumesThatFail = 1 }
        let result = outcome { () throws(StepFailure) in try TableSteps(control: devices).resume(identity, length: longer) }
        guard case .failed(let errno, let text) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(errno == 22 && text.contains("old table"))
        #expect(devices.state.withLock { $0.devices["a"]?.isSuspended } == false)
    }

    @Test("a filesystem larger than its device is refused")
    func largerThanDevice() {
        let devices = devices()
        let growth = GrowthStep(control: devices, identity: identity, kind: .ext4, size: Bytes(524_288 * 512 + 1))
        expectRefused(outcome { () throws(StepFailure) in _ = try growth.find() }, "larger than its device")
    }

    @Test("whatever steps come in whatever order, a live table never gets shorter nor another volume's")
    func random() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SplitMix64(seed: seed)
        let devices = devices()
        let steps = TableSteps(control: devices)
        var before = Sectors(524_288)
        for _ in 0..<5000 {
            let length = Sectors(UInt64.random(in: 500_000...700_000, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: _ = outcome { () throws(StepFailure) in try steps.load(identity, length: length) }
            case 1: _ = outcome { () throws(StepFailure) in try steps.resume(identity, length: length) }
            case 2:
                let waiting = devices.inactive("a")?.length ?? length
                _ = outcome { () throws(StepFailure) in try steps.resume(identity, length: waiting) }
            case 3: _ = outcome { () throws(StepFailure) in try steps.clear(identity) }
            case 4:
                // Somebody else meddles.
                let words = ["254:0 1", "254:0 2", "254:10 1"][Int.random(in: 0..<3, using: &random)]
                devices.change("a") { $0.inactive = Target(length: length, kind: "thin", words: words) }
            default: devices.change("a") { $0.isSuspended = Bool.random(using: &random) }
            }
            guard let live = devices.live("a"), let table = ThinTable(parsing: live) else {
                Issue.record("no table any more, seed \(seed)")
                return
            }
            #expect(table.length >= before && table.thinID == 1 && table.pool.minor == 0, "seed \(seed)")
            before = table.length
        }
    }
}
