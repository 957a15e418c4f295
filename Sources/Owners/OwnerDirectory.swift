// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Synchronization
public import Units

/// Who owns which volume and pool.
public struct Ownership: Sendable {
    public var owners: [DeviceName: Owner] = [:]
    public var pools: [DeviceName: PoolOwner] = [:]
    public var complaints: [OwnerComplaint] = []

    public func owner(of volume: DeviceName) -> Owner { owners[volume] ?? .plain }
    public func keeper(of pool: DeviceName) -> PoolOwner { pools[pool] ?? .plain }
}

/// Every owner that Headroom knows, with what was read of their records. Blocking: ask it from a thread of your own.
public final class OwnerDirectory: Sendable {
    private let files: any FileReading
    private let recognisers: Mutex<[any Recogniser]>

    /// `daemons`: asked by somebody else beforehand, since that takes its time.
    public init(files: any FileReading = HostFiles(), daemons: LXDDaemons = LXDDaemons()) {
        self.files = files
        // A uuid leaves no doubt, so those that have one come first; others go by names that anyone may give. Of LVM's
        // volumes LXD takes its own.
        recognisers = Mutex([
            LXDRecogniser(daemons: daemons), LVMRecogniser(), StratisRecogniser(), DockerRecogniser(), ContainerdRecogniser(),
        ])
    }

    /// Tells the owners of these volumes and pools. Records are read again only when they have changed; a record that cannot
    /// be read is a complaint, and its volume nobody's that may be grown. `volumes` may be a part of the host's.
    public func identify(volumes: [VolumeSighting], pools: [PoolSighting]) -> Ownership {
        recognisers.withLock { recognisers in
            var ownership = Ownership()
            var rest = volumes
            var keepers: [DeviceName: PoolOwner] = [:]
            for index in recognisers.indices {
                let behind = rest.partition(by: recognisers[index].claims)
                let own = Array(rest[behind...])
                rest.removeSubrange(behind...)
                ownership.complaints += recognisers[index].refresh(for: own, in: files)
                for volume in own { ownership.owners[volume.name] = recognisers[index].owner(of: volume) }
                let byPool = Dictionary(grouping: own, by: \.poolName)
                for pool in pools {
                    let volumes = byPool[pool.name] ?? []
                    guard let keeper = recognisers[index].keeper(of: pool, volumes: volumes) else { continue }
                    // A pool that LVM made may be Docker's to use: Docker's bound is the one to keep.
                    if case .docker = keeper { keepers[pool.name] = nil }
                    if keepers[pool.name] == nil { keepers[pool.name] = keeper }
                }
            }
            ownership.pools = keepers
            return ownership
        }
    }
}
