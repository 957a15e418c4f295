// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Glibc
import Owners
import Units

/// Has an owner's own command take down how long a volume is to be. Blocks.
struct HookStep: Sendable {
    let control: any DeviceAccess
    let identity: VolumeIdentity
    let hook: OwnerHook
    let length: Sectors
    var fault: @Sendable (OwnerHook) -> String? = { $0.fault() }

    func perform() throws(StepFailure) {
        let live = try LiveVolume(identity, through: control)
        try live.checkRunning()
        guard length >= live.table.length else {
            throw .refused("\(identity.name) has \(live.table.length.bytes), and its owner is never told less")
        }
        if let fault = fault(hook) { throw .refused("the hook \(hook.program) is not run: \(fault)") }
        let ended: ChildProcess.Ended
        do throws(ChildProcess.CannotStart) {
            ended = try ChildProcess.run(
                hook.program, Array(hook.command.dropFirst()), environment: environment(from: live.table.length),
                hears: .everything, complaint: LinuxLimits.hookOutput)
        } catch {
            throw .failed("the hook \(hook.program) cannot be run: \(String(cString: strerror(error.errno)))", errno: error.errno)
        }
        if ended.end != .exited(0) { throw .failed(sentence(about: ended)) }
    }

    /// Sectors are of 512 bytes.
    func environment(from former: Sectors) -> [String] {
        [
            "LC_ALL=C", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HEADROOM_VOLUME=\(identity.name)", "HEADROOM_UUID=\(identity.uuid)", "HEADROOM_POOL=\(identity.poolName)",
            "HEADROOM_THIN_ID=\(identity.thinID)",
            "HEADROOM_OLD_SECTORS=\(former.count)", "HEADROOM_NEW_SECTORS=\(length.count)",
            "HEADROOM_OLD_BYTES=\(former.bytes.count)", "HEADROOM_NEW_BYTES=\(length.bytes.count)",
        ]
    }

    private func sentence(about ended: ChildProcess.Ended) -> String {
        let how =
            switch ended.end {
            case .exited(let status): "ended with status \(status)"
            case .killed(let signal): "was killed by signal \(signal)"
            }
        // What went wrong stands at the end of what a program prints.
        let said = ended.words.suffix(HookStep.shown)
        let words = said.isEmpty ? "it says nothing" : (said.count < ended.words.count ? "..." : "") + said
        return "the hook \(hook.program) \(how): \(words)"
    }

    /// Characters of what it printed.
    private static let shown = 400
}

/// Runs hooks, each volume's by itself: one that does not come back is left to come to its end, since half a record is what
/// nobody wants, and only its own volume waits for that.
struct HookCalls: Sendable {
    private let calls = Inquiry<DeviceName>(
        BlockingPool(name: "hr-hooks", limits: LinuxLimits.hooking), deadline: OwnerHook.timeout)

    func run(_ step: HookStep) async -> StepReport {
        let name = step.identity.name
        guard !calls.isLost(name) else {
            let reason = "a former call of the hook \(step.hook.program) for \(name) has not come back: see `ps -e` for it"
            return StepReport(outcome: .refused(reason: reason), duration: .zero)
        }
        let answer = await calls.ask(name, within: step.hook.timeout) { _ in
            var report = StepReport(outcome: .done, duration: .zero)
            do throws(StepFailure) { try step.perform() } catch { report.outcome = error.outcome }
            report.deviceLength = TableSteps(control: step.control).liveLength(name)
            return report
        }
        switch answer {
        case .value(let report): return report
        case .stuck: return StepReport(outcome: .stuck(after: step.hook.timeout), duration: .zero)
        case .exhausted:
            let reason =
                "\(LinuxLimits.hooking.most) calls of the hook \(step.hook.program) have not come back: see `ps -e` for them"
            return StepReport(outcome: .refused(reason: reason), duration: .zero)
        }
    }
}
