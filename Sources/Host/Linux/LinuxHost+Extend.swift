// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Units

extension LinuxHost {
    /// Volume groups have one lock each, so what does not come back is kept by the group: it delays no other's, nor any step of
    /// another kind.
    func extend(_ step: ExtendStep) async -> StepReport {
        let group = step.volume.volumeGroup
        guard !groups.isLost(group) else {
            let reason = "a former `lvextend` in volume group \(group) has not come back: see who holds its lock"
            return StepReport(outcome: .refused(reason: reason), duration: .zero)
        }
        let tables = TableSteps(control: control)
        let answer = await groups.ask(group, within: LinuxLimits.extend) { _ in
            var report = StepReport(outcome: .done, duration: .zero)
            do throws(StepFailure) { try step.perform() } catch { report.outcome = error.outcome }
            report.deviceLength = tables.liveLength(step.identity.name)
            return report
        }
        switch answer {
        case .value(let report): return report
        case .stuck: return StepReport(outcome: .stuck(after: LinuxLimits.extend), duration: .zero)
        case .exhausted:
            let reason = "\(LinuxLimits.extending.most) calls of `lvextend` have not come back: see `ps -C lvextend`"
            return StepReport(outcome: .refused(reason: reason), duration: .zero)
        }
    }
}
