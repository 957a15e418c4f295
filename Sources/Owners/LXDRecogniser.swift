// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// LXD and Incus on LVM: volumes named as they name those of instances. Whose one is the daemon tells, which was asked
/// beforehand; what no daemon knows is LVM's, and its name says that it is managed.
struct LXDRecogniser: Recogniser {
    let daemons: LXDDaemons

    func claims(_ volume: VolumeSighting) -> Bool { LXDDaemons.instanceVolume(volume) != nil }

    mutating func refresh(for volumes: [VolumeSighting], in files: any FileReading) -> [OwnerComplaint] {
        volumes.isEmpty ? [] : daemons.takeComplaints()
    }

    func owner(of volume: VolumeSighting) -> Owner {
        guard let logical = LXDDaemons.instanceVolume(volume) else { return .plain }
        return daemons.volume(logical).map(Owner.lxd) ?? .lvm(logical)
    }

    func keeper(of pool: PoolSighting, volumes: [VolumeSighting]) -> PoolOwner? { nil }
}
