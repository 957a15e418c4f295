// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Owners
import Units

/// Has LXD and Incus grow instances. What does not come back is kept by the volume: it delays no other's.
struct InstanceSteps: Sendable {
    private let finder: InstanceFinder
    private let calls: Inquiry<DeviceName>

    init(finder: InstanceFinder, deadline: Duration = LinuxLimits.resize) {
        self.finder = finder
        calls = Inquiry(BlockingPool(name: "hr-resize", limits: LinuxLimits.resizing), deadline: deadline)
    }

    /// After the deadline it is `stuck`, and left to come to its end: the next one is refused until it has.
    func resize(_ step: ResizeStep) async -> StepReport {
        let name = step.identity.name
        let title = step.volume.daemon.title
        guard !calls.isLost(name) else {
            let reason = "\(title) has not answered to a former growth of \(name): see its log and `ps -C lvextend,resize2fs`"
            return StepReport(outcome: .refused(reason: reason), duration: .zero)
        }
        let finder = finder
        let answer = await calls.ask(name) { _ in
            var report = StepReport(outcome: .done, duration: .zero)
            do throws(StepFailure) {
                if let size = try step.perform() { finder.daemons.note(size, of: step.volume) }
                finder.daemons.forgetSoon()
            } catch {
                report.outcome = error.outcome
                // It may be gone, or silent: then that is to be told, rather than a failure again and again.
                finder.askAnew()
            }
            report.deviceLength = TableSteps(control: step.control).liveLength(name)
            return report
        }
        switch answer {
        case .value(let report): return report
        case .stuck: return StepReport(outcome: .stuck(after: calls.deadline), duration: .zero)
        case .exhausted:
            let reason = "\(LinuxLimits.resizing.most) growths have not come back from \(title): see its log"
            return StepReport(outcome: .refused(reason: reason), duration: .zero)
        }
    }
}
