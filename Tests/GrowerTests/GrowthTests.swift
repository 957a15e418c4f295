// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Filesystem
import Grower
import Host
import Owners
import Policy
import Testing
import Units

@Suite struct GrowthTests {
    private let volume = VolumeIdentity(name: "v", uuid: "", poolName: "p", thinID: 1)

    private let hook = OwnerHook(command: ["/sbin/note"])

    private func order(
        from: Bytes, to: Bytes, device: Bytes, deviceTo: Bytes, kind: FilesystemKind = .ext4,
        reason: Need = .threshold, hook: OwnerHook? = nil
    ) -> Order {
        Order(
            volume: volume, kind: kind, reason: reason, from: from, to: to, deviceFrom: device.wholeSectors,
            deviceTo: deviceTo.wholeSectors, price: .zero, hook: hook)
    }

    private func done(_ size: Bytes? = nil) -> StepReport {
        StepReport(outcome: .done, duration: .milliseconds(1), filesystemSize: size)
    }

    @Test func `the device comes first, the filesystem second`() {
        var growth = Growth(order(from: .mebibytes(256), to: .mebibytes(512), device: .mebibytes(256), deviceTo: .gibibytes(1)))
        #expect(growth.start() == .carryOut(.loadTable(volume, length: Bytes.gibibytes(1).wholeSectors)))
        #expect(growth.next(after: done()) == .carryOut(.resume(volume, length: Bytes.gibibytes(1).wholeSectors)))
        #expect(growth.next(after: done()) == .carryOut(.growFilesystem(volume, kind: .ext4, size: .mebibytes(512))))
        guard case .finish(let result) = growth.next(after: done(.mebibytes(512))) else {
            Issue.record("it did not finish")
            return
        }
        #expect(result.failure == nil)
        #expect(result.reached == .mebibytes(512))
    }

    @Test func `the owner's hook comes before the device, and its refusal leaves everything as it is`() {
        let order = order(
            from: .mebibytes(256), to: .mebibytes(512), device: .mebibytes(256), deviceTo: .gibibytes(1), hook: hook)
        let length = Bytes.gibibytes(1).wholeSectors
        var growth = Growth(order)
        #expect(growth.start() == .carryOut(.runHook(volume, hook, length: length)))
        #expect(growth.next(after: done()) == .carryOut(.loadTable(volume, length: length)))
        _ = growth.next(after: done())
        _ = growth.next(after: done())
        guard case .finish(let result) = growth.next(after: done(.mebibytes(512))) else {
            Issue.record("it did not finish")
            return
        }
        #expect(result.failure == nil && result.told == length)
        for outcome in [StepReport.Outcome.failed(errno: 0, text: "no"), .refused(reason: "no"), .stuck(after: .seconds(1))] {
            var refused = Growth(order)
            _ = refused.start()
            guard case .finish(let result) = refused.next(after: StepReport(outcome: outcome, duration: .zero)) else {
                Issue.record("it went on after \(outcome)")
                continue
            }
            #expect(result.failure?.step == "run_hook" && result.told == nil)
        }
    }

    @Test func `a device that is too short for its filesystem gets its length back even if the hook fails, which is told`() {
        var growth = Growth(
            order(
                from: .gibibytes(1), to: .gibibytes(1), device: .mebibytes(256), deviceTo: .gibibytes(1), reason: .broken,
                hook: hook))
        _ = growth.start()
        let failed = StepReport(outcome: .failed(errno: 0, text: "the disk is full"), duration: .zero)
        #expect(growth.next(after: failed) == .carryOut(.loadTable(volume, length: Bytes.gibibytes(1).wholeSectors)))
        _ = growth.next(after: done())
        guard case .finish(let result) = growth.next(after: done()) else {
            Issue.record("it did not finish")
            return
        }
        #expect(result.failure?.step == "run_hook" && result.told == nil)
        #expect(result.failure?.text == "the disk is full; the device got its length back without it")
    }

    @Test func `on a runway only the filesystem is grown`() {
        var growth = Growth(order(from: .mebibytes(256), to: .mebibytes(512), device: .gibibytes(1), deviceTo: .gibibytes(1)))
        #expect(growth.start() == .carryOut(.growFilesystem(volume, kind: .ext4, size: .mebibytes(512))))
    }

    @Test func `what the device has already is given before the device gets longer: its owner may take seconds`() {
        let order = order(from: .mebibytes(256), to: .gibibytes(1), device: .mebibytes(600), deviceTo: .gibibytes(2))
        var growth = Growth(order)
        #expect(growth.start() == .carryOut(.growFilesystem(volume, kind: .ext4, size: .mebibytes(600))))
        #expect(growth.next(after: done(.mebibytes(600))) == .carryOut(.loadTable(volume, length: order.deviceTo)))
        #expect(growth.next(after: done()) == .carryOut(.resume(volume, length: order.deviceTo)))
        #expect(growth.next(after: done()) == .carryOut(.growFilesystem(volume, kind: .ext4, size: .gibibytes(1))))
        // ext4 leaves out a last group that is too small: then it goes on with the device.
        growth = Growth(order)
        _ = growth.start()
        #expect(growth.next(after: done(.mebibytes(256))) == .carryOut(.loadTable(volume, length: order.deviceTo)))
        // A crumb is not worth an ioctl under load.
        growth = Growth(self.order(from: .mebibytes(256), to: .gibibytes(1), device: .mebibytes(260), deviceTo: .gibibytes(2)))
        #expect(growth.start() == .carryOut(.loadTable(volume, length: order.deviceTo)))
    }

    @Test func `making a runway leaves the filesystem alone`() {
        var growth = Growth(order(from: .mebibytes(256), to: .mebibytes(256), device: .mebibytes(256), deviceTo: .gibibytes(1)))
        _ = growth.start()
        _ = growth.next(after: done())
        guard case .finish(let result) = growth.next(after: done()) else {
            Issue.record("it did not finish")
            return
        }
        #expect(result.failure == nil)
    }

    @Test func `a large ext4 growth goes in slices, the first small, and XFS in one`() {
        let large = order(from: .mebibytes(256), to: .gibibytes(100), device: .gibibytes(200), deviceTo: .gibibytes(200))
        var growth = Growth(large)
        var action = growth.start()
        var sizes: [Bytes] = []
        while case .carryOut(.growFilesystem(_, _, let size)) = action {
            sizes.append(size)
            action = growth.next(after: done(size))
        }
        #expect(sizes.first.map { $0 <= .mebibytes(256) + .gibibytes(1) } == true)
        #expect(sizes.last == .gibibytes(100))
        #expect(sizes == sizes.sorted())
        #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $1.less($0) <= .gibibytes(20) })
        var xfs = Growth(
            order(from: .mebibytes(512), to: .gibibytes(100), device: .gibibytes(200), deviceTo: .gibibytes(200), kind: .xfs))
        #expect(xfs.start() == .carryOut(.growFilesystem(volume, kind: .xfs, size: .gibibytes(100))))
    }

    @Test func `a failed resume leaves no inactive table`() {
        var growth = Growth(order(from: .mebibytes(256), to: .mebibytes(512), device: .mebibytes(256), deviceTo: .gibibytes(1)))
        _ = growth.start()
        _ = growth.next(after: done())
        let failed = StepReport(outcome: .failed(errno: 22, text: "Invalid argument"), duration: .zero)
        #expect(growth.next(after: failed) == .carryOut(.clearTable(volume)))
        guard case .finish(let result) = growth.next(after: done()) else {
            Issue.record("it did not finish")
            return
        }
        #expect(result.failure?.step == "resume")
        #expect(result.failure?.text.contains("Invalid argument") == true)
    }

    @Test func `an ioctl that says done and grew nothing is a failure`() {
        var growth = Growth(order(from: .mebibytes(256), to: .mebibytes(512), device: .gibibytes(1), deviceTo: .gibibytes(1)))
        _ = growth.start()
        guard case .finish(let result) = growth.next(after: done(.mebibytes(256))) else {
            Issue.record("it did not finish")
            return
        }
        #expect(result.failure?.step == "grow_filesystem")
    }

    @Test func `whatever comes back, a growth ends within a few steps and never orders a shorter device`() {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0...(.max), using: &generator)
        var random = SplitMix64(seed: seed)
        for _ in 0..<5000 {
            let from = Bytes.mebibytes(random.next() % 4096 + 1)
            let to = from + .mebibytes(random.next() % 65_536)
            let device = [from, to, from + Bytes(random.next() % (to.less(from).count + 1))][Int(random.next() % 3)]
            let hook = random.next() % 2 == 0 ? self.hook : nil
            var growth = Growth(order(from: from, to: to, device: device, deviceTo: max(device, to), hook: hook))
            var action = growth.start()
            var steps = 0
            while case .carryOut(let step) = action {
                steps += 1
                #expect(steps < 40, "seed \(seed)")
                if case .loadTable(_, let length) = step { #expect(length > device.wholeSectors, "seed \(seed)") }
                action = growth.next(after: random.report(for: step))
                if steps >= 40 { break }
            }
        }
    }
}

extension SplitMix64 {
    fileprivate mutating func report(for step: Step) -> StepReport {
        let outcome: StepReport.Outcome =
            switch next() % 8 {
            case 0: .failed(errno: 5, text: "Input/output error")
            case 1: .refused(reason: "it is suspended")
            case 2: .stuck(after: .seconds(10))
            default: .done
            }
        var size: Bytes?
        if case .growFilesystem(_, _, let wanted) = step, outcome == .done { size = next() % 6 == 0 ? .mebibytes(1) : wanted }
        return StepReport(outcome: outcome, duration: .milliseconds(1), filesystemSize: size)
    }
}

@Suite struct InstanceGrowthTests {
    private let volume = VolumeIdentity(name: "v", uuid: "LVM-u", poolName: "p", thinID: 1)

    private func instance(recorded: Bytes? = nil) -> LXDVolume {
        var instance = LXDVolume(container: "web", of: Container(id: "web"), volumeGroup: "vg")
        instance.root.size = recorded
        return instance
    }

    private func growth(_ instance: LXDVolume, device: Bytes = .mebibytes(256), deviceTo: Bytes = .mebibytes(512)) -> Growth {
        Growth(
            Order(
                volume: volume, kind: .ext4, lasting: .byInstance(instance), reason: .threshold, from: .mebibytes(256),
                to: .mebibytes(512), deviceFrom: device.wholeSectors, deviceTo: deviceTo.wholeSectors, price: .zero))
    }

    private func done(_ size: Bytes? = nil) -> StepReport {
        StepReport(outcome: .done, duration: .milliseconds(1), filesystemSize: size)
    }

    private func result(_ action: Growth.Action) throws -> GrowthResult {
        guard case .finish(let result) = action else { throw Surprise(action: action) }
        return result
    }

    private struct Surprise: Error { let action: Growth.Action }

    @Test func `the owner is asked once, and has grown the filesystem too`() throws {
        let instance = instance()
        var growth = growth(instance)
        #expect(growth.start() == .carryOut(.resizeInstance(volume, instance, length: Bytes.mebibytes(512).wholeSectors)))
        let result = try result(growth.next(after: done(.mebibytes(510))))
        #expect(result.failure == nil && result.reached == .mebibytes(510))
    }

    @Test func `a filesystem that it left as it was, or that could not be read, is grown after it`() throws {
        for size in [nil, Bytes.mebibytes(256)] {
            var growth = growth(instance())
            _ = growth.start()
            #expect(
                growth.next(after: done(size)) == .carryOut(.growFilesystem(volume, kind: .ext4, size: .mebibytes(512))))
            #expect(try result(growth.next(after: done(.mebibytes(512)))).failure == nil)
        }
    }

    @Test func `with a device that is long enough only a record of less has the owner asked`() throws {
        var fine = growth(instance(recorded: .mebibytes(512)), device: .mebibytes(512))
        #expect(fine.start() == .carryOut(.growFilesystem(volume, kind: .ext4, size: .mebibytes(512))))
        let short = instance(recorded: .mebibytes(256))
        var raising = growth(short, device: .mebibytes(512))
        #expect(raising.start() == .carryOut(.resizeInstance(volume, short, length: Bytes.mebibytes(512).wholeSectors)))
    }

    @Test(arguments: [
        StepReport.Outcome.refused(reason: "no"), .failed(errno: 0, text: "no"), .stuck(after: .seconds(60)),
    ])
    func `what the owner did not do is a failure of that step, with nothing to undo`(outcome: StepReport.Outcome) throws {
        var growth = growth(instance())
        _ = growth.start()
        let result = try result(growth.next(after: StepReport(outcome: outcome, duration: .zero)))
        #expect(result.failure?.step == "resize_instance" && result.reached == .mebibytes(256))
    }
}
