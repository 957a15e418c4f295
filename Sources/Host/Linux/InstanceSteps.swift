// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Units

/// Has LXD and Incus grow instances. What does not come back is kept by the volume: it delays no other's.
struct InstanceSteps: Sendable {
    private let finder: InstanceFinder
    private let calls: OwnerCalls<DeviceName>

    init(finder: InstanceFinder, deadline: Duration = LinuxLimits.resize) {
        self.finder = finder
        calls = OwnerCalls(pool: "hr-resize", limits: LinuxLimits.resizing, deadline: deadline)
    }

    func resize(_ step: ResizeStep) async -> StepReport {
        let name = step.identity.name
        let title = step.volume.daemon.title
        let finder = finder
        return await calls.run(
            name, on: name, through: step.control,
            or: .init(
                lost: "\(title) has not answered to a former growth of \(name): see its log and `ps -C lvextend,resize2fs`",
                exhausted: "\(calls.limits.most) growths have not come back from \(title): see its log")
        ) { () throws(StepFailure) in
            do throws(StepFailure) {
                if let size = try step.perform() { finder.daemons.note(size, of: step.volume) }
                finder.daemons.forgetSoon()
            } catch {
                // It may be gone, or silent: then that is to be told, rather than a failure again and again.
                finder.askAnew()
                throw error
            }
        }
    }
}
