// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Units

/// Has LVM extend volumes. A volume group has one lock, so what does not come back is kept by the group: it delays no other
/// group's, nor any step of another kind.
struct VolumeGroups: Sendable {
    private let calls: Inquiry<String>

    init(deadline: Duration = LinuxLimits.extend) {
        calls = Inquiry(BlockingPool(name: "hr-lvextend", limits: LinuxLimits.extending), deadline: deadline)
    }

    /// After the deadline it is `stuck`, and left to come to its end: the next one in the group is refused until it has.
    func extend(_ step: ExtendStep) async -> StepReport {
        let group = step.volume.volumeGroup
        guard !calls.isLost(group) else {
            let reason = "a former `lvextend` in volume group \(group) has not come back: see who holds its lock"
            return StepReport(outcome: .refused(reason: reason), duration: .zero)
        }
        let answer = await calls.ask(group) { _ in
            var report = StepReport(outcome: .done, duration: .zero)
            do throws(StepFailure) { try step.perform() } catch { report.outcome = error.outcome }
            report.deviceLength = TableSteps(control: step.control).liveLength(step.identity.name)
            return report
        }
        switch answer {
        case .value(let report): return report
        case .stuck: return StepReport(outcome: .stuck(after: calls.deadline), duration: .zero)
        case .exhausted:
            let reason = "\(LinuxLimits.extending.most) calls of `lvextend` have not come back: see `ps -C lvextend`"
            return StepReport(outcome: .refused(reason: reason), duration: .zero)
        }
    }
}
