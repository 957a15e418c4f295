// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

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

/// Runs hooks, each volume's by itself.
struct HookCalls: Sendable {
    private let calls = OwnerCalls<DeviceName>(pool: "hr-hooks", limits: LinuxLimits.hooking, deadline: OwnerHook.timeout)

    func run(_ step: HookStep) async -> StepReport {
        let name = step.identity.name
        let program = step.hook.program
        return await calls.run(
            name, on: name, through: step.control, within: step.hook.timeout,
            or: .init(
                lost: "a former call of the hook \(program) for \(name) has not come back: see `ps -e` for it",
                exhausted: "\(calls.limits.most) calls of the hook \(program) have not come back: see `ps -e` for them")
        ) { () throws(StepFailure) in try step.perform() }
    }
}
