// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Inventory
import Owners
import Units

extension Rules {
    /// The first rule that matches the pool, or the defaults.
    public func rule(for pool: Pool) -> PoolRule {
        pools.first { $0.match.matches(pool.name.description) } ?? PoolRule()
    }

    /// The first rule that matches the volume, or the defaults.
    public func rule(for volume: Volume) -> VolumeRule {
        volumes.first { $0.match.matches(volume) } ?? Rules.fallback
    }
}

extension VolumeMatch {
    /// A glob about what the volume does not have (an image, a label) does not match it.
    public func matches(_ volume: Volume) -> Bool {
        let container = volume.owner.container
        func fits(_ glob: Glob?, _ texts: String?...) -> Bool {
            guard let glob else { return true }
            return texts.contains { $0.map(glob.matches) ?? false }
        }
        return fits(owner, volume.owner.name) && fits(self.container, container?.name, container?.id)
            && fits(image, container?.image) && fits(self.volume, volume.name.description)
            && fits(pool, volume.poolName.description)
            && labels.allSatisfy { fits($0.value, container?.labels[$0.key]) }
    }
}
