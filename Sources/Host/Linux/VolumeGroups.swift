// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// Has LVM extend volumes. A volume group has one lock, so what does not come back is kept by the group: it delays no other
/// group's, nor any step of another kind.
struct VolumeGroups: Sendable {
    private let calls: OwnerCalls<String>

    init(deadline: Duration = LinuxLimits.extend) {
        calls = OwnerCalls(pool: "hr-lvextend", limits: LinuxLimits.extending, deadline: deadline)
    }

    func extend(_ step: ExtendStep) async -> StepReport {
        let group = step.volume.volumeGroup
        return await calls.run(
            group, on: step.identity.name, through: step.control,
            or: .init(
                lost: "a former `lvextend` in volume group \(group) has not come back: see who holds its lock",
                exhausted: "\(calls.limits.most) calls of `lvextend` have not come back: see `ps -C lvextend`")
        ) { () throws(StepFailure) in try step.perform() }
    }
}
