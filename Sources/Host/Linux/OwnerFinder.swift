// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import DeviceMapper
import Filesystem
import Owners
import Synchronization
import Units

/// Whose volumes and pools these are.
struct OwnersFound: Sendable {
    var volumes: [VolumeKey: Owner] = [:]
    var pools: [DeviceName: PoolOwner] = [:]
    var complaints: [Facts.Complaint] = []
}

/// Asks the owners' records, with a deadline, and remembers what they said.
final class OwnerFinder: Sendable {
    let instances = InstanceFinder()
    private let directory: OwnerDirectory
    private let inquiry: Inquiry<Int>
    private let known = Mutex(OwnersFound())

    init() {
        directory = OwnerDirectory(daemons: instances.daemons)
        inquiry = Inquiry(BlockingPool(name: "hr-owners", limits: LinuxLimits.looking), deadline: LinuxLimits.owners)
    }

    /// `all`: these are every volume and pool that there is. Of others, only those are asked about whose owner may still
    /// turn out to be another: a volume is there before its container's record is.
    func find(_ devices: DevicesFound, mounted: MountsFound, all: Bool) async -> OwnersFound {
        let before = known.withLock { $0 }
        let isKnown =
            !all && devices.volumes.allSatisfy { before.volumes[$0.key]?.isSettled == true }
            && devices.pools.allSatisfy { before.pools[$0.device.name] != nil }
        if isKnown { return OwnersFound(volumes: before.volumes, pools: before.pools) }
        let names = Dictionary(devices.pools.map { ($0.device.number, $0.device.name) }, uniquingKeysWith: { first, _ in first })
        let volumes = devices.volumes.map { volume in
            VolumeSighting(
                name: volume.device.name, uuid: volume.device.uuid, poolName: names[volume.table.pool] ?? DeviceName(""),
                mountPoints: mounted.devices[volume.device.number]?.mountPoints.map(\.description) ?? [])
        }
        if all { await instances.lookAhead(for: volumes) }
        let pools = devices.pools.map { PoolSighting(name: $0.device.name, uuid: $0.device.uuid) }
        let directory = directory
        let answer = await inquiry.ask(0) { _ in directory.identify(volumes: volumes, pools: pools) }
        guard case .value(let ownership) = answer else { return silence(before) }
        var found = all ? OwnersFound() : OwnersFound(volumes: before.volumes, pools: before.pools)
        for volume in devices.volumes { found.volumes[volume.key] = ownership.owner(of: volume.device.name) }
        for pool in devices.pools where all || found.pools[pool.device.name] == nil {
            found.pools[pool.device.name] = ownership.keeper(of: pool.device.name)
        }
        known.withLock { $0 = found }
        found.complaints = ownership.complaints.map { Facts.Complaint(part: $0.owner, kind: $0.kind, text: $0.text) }
        return found
    }

    private func silence(_ before: OwnersFound) -> OwnersFound {
        var found = before
        found.complaints = [
            Facts.Complaint(
                part: "owners", kind: "timeout",
                text: "the owners' records could not be read within \(inquiry.deadline.text): see `dmesg` for the disk under them"
            )
        ]
        return found
    }
}

extension Owner {
    /// It will not turn out to be anything else.
    fileprivate var isSettled: Bool {
        switch self {
        case .docker(let volume): volume.role == .container
        case .containerd(let snapshot): snapshot.role == .container
        // What LXD says of its own is asked for beside the looks at everything.
        case .lvm, .lxd, .stratis, .plain: true
        }
    }
}
