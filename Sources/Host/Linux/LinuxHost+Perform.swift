// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Filesystem
import Units

extension LinuxHost {
    public func perform(_ step: Step) async -> StepReport {
        let began = now()
        let name = step.volume.name
        guard !steps.isLost(name) else {
            let reason = "a former step on \(name) has not come back: see `dmesg` and `dmsetup info \(name)`"
            return StepReport(outcome: .refused(reason: reason), duration: now().since(began))
        }
        var report: StepReport
        if case .growFilesystem(let identity, let kind, let size) = step {
            report = await grow(GrowthStep(control: control, identity: identity, kind: kind, size: size))
        } else if case .extend(let identity, let volume, let length) = step {
            report = await groups.extend(ExtendStep(control: control, identity: identity, volume: volume, length: length))
        } else if case .runHook(let identity, let hook, let length) = step {
            report = await hooks.run(HookStep(control: control, identity: identity, hook: hook, length: length))
        } else if case .resizeInstance(let identity, let volume, let length) = step {
            report = await resize(ResizeStep(control: control, identity: identity, volume: volume, length: length))
        } else {
            report = await changeTable(step)
        }
        report.duration = now().since(began)
        return report
    }

    private func changeTable(_ step: Step) async -> StepReport {
        let tables = TableSteps(control: control)
        let devices = DeviceSteps(control: control)
        let books = books
        let control = control
        return await run(step.volume.name, within: LinuxLimits.table) { (report) throws(StepFailure) in
            switch step {
            case .loadTable(let identity, let length): try tables.load(identity, length: length)
            case .resume(let identity, let length): report.suspended = try tables.resume(identity, length: length)
            case .clearTable(let identity): try tables.clear(identity)
            case .growFilesystem, .extend, .runHook, .resizeInstance: break
            case .recordLength(let identity, let volume, let length):
                try RecordStep(books: books).perform(identity, volume, length: length, through: control)
            case .restore(let identity, let length): try devices.restore(identity, length: length)
            case .release(let identity): try devices.release(identity)
            }
        }
    }

    private func grow(_ step: GrowthStep) async -> StepReport {
        let name = step.identity.name
        let checked = await steps.ask(name) { _ in Result { () throws(StepFailure) in try step.find() } }
        let volume: VolumeReading
        switch checked {
        case .value(.success(let found)): volume = found
        case .value(.failure(let failure)): return StepReport(outcome: failure.outcome, duration: .zero)
        case .stuck: return StepReport(outcome: .stuck(after: steps.deadline), duration: .zero)
        case .exhausted: return .exhausted
        }
        guard let mount = await mount(of: volume) else {
            return StepReport(
                outcome: .refused(reason: "\(name) is not mounted where a process leads to: only a mounted filesystem is grown"),
                duration: .zero)
        }
        let report = await run(name, within: LinuxLimits.growth) { (report) throws(StepFailure) in
            report.filesystemSize = try step.perform(on: mount)
        }
        contents.forget(name)
        return report
    }

    private func mount(of volume: VolumeReading) async -> MountedDevice? {
        let number = volume.device.number
        if let mount = mounts.remembered([volume])?.devices[number] { return mount }
        return await mounts.look(for: [volume], all: false).devices[number]
    }

    /// Its owner grows device and filesystem; what they have become is read back here.
    private func resize(_ step: ResizeStep) async -> StepReport {
        let name = step.identity.name
        var report = await instances.resize(step)
        guard report.outcome == .done else { return report }
        contents.forget(name)
        let found = await steps.ask(name) { _ in try? step.find() }
        guard case .value(let volume?) = found, let mount = await mount(of: volume) else { return report }
        let size = await steps.ask(name) { _ in step.filesystemSize(on: mount) }
        report.filesystemSize = size.value ?? nil
        return report
    }

    /// Runs a step's body where it may block, and reads the device's length back. The body adds what it has measured.
    private func run(
        _ name: DeviceName, within deadline: Duration,
        _ body: @escaping @Sendable (inout StepReport) throws(StepFailure) -> Void
    ) async -> StepReport {
        let tables = TableSteps(control: control)
        let answer = await steps.ask(name, within: deadline) { _ in
            var report = StepReport(outcome: .done, duration: .zero)
            do throws(StepFailure) { try body(&report) } catch { report.outcome = error.outcome }
            report.deviceLength = tables.liveLength(name)
            return report
        }
        switch answer {
        case .value(let report): return report
        case .stuck: return StepReport(outcome: .stuck(after: deadline), duration: .zero)
        case .exhausted: return .exhausted
        }
    }
}

extension StepReport {
    fileprivate static let exhausted = StepReport(
        outcome: .refused(
            reason: "\(LinuxLimits.stepping.most) steps on other volumes have not come back: see `dmesg` and `dmsetup info`"),
        duration: .zero)
}
