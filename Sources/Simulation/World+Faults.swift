// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

extension World {
    mutating func beginFault(_ place: Int) {
        activeFaults.append(place)
        let fault = faults[place]
        if fault.kind.isOfPool {
            guard let pool = poolPlaces[fault.target] else { return }
            pools[pool].health = .failed
            for volume in present.values where volumes[volume].pool == pool { touch(volume) }
            for writer in pools[pool].takeWaiting() { writeNow(writer) }
            hasChanged = true
        } else if let volume = present[fault.target] {
            strike(place, volume: volume, by: 1)
        }
    }

    mutating func endFault(_ place: Int) {
        activeFaults.removeAll { $0 == place }
        // A pool that failed stays so: only a repair would help.
        guard let volume = present[faults[place].target] else { return }
        strike(place, volume: volume, by: -1)
    }

    /// What a fault does to a volume by being there. What strikes steps and looks is asked for by `strikes(_:_:)`.
    mutating func strike(_ place: Int, volume: Int, by change: Int) {
        switch faults[place].kind {
        case .suspended: volumes[volume].suspensions += change
        case .statfsStuck: volumes[volume].stalls += change
        case .readOnly: volumes[volume].filesystem?.isReadOnly = change > 0
        case .hookFails, .loadFails, .resumeFails, .growFails, .growStuck, .noInodes, .zeroSize, .poolFails: break
        }
        touch(volume)
        if change < 0 { recover(volume) }
    }

    private mutating func recover(_ volume: Int) {
        guard !volumes[volume].standsStill else { return }
        volumes[volume].isKnownToStall = false
        if let size = volumes[volume].lateGrowth, fault(.growStuck, on: volume) == nil {
            volumes[volume].lateGrowth = nil
            growFilesystem(of: volume, to: size)
        }
        let waiting = volumes[volume].waiting
        volumes[volume].waiting = []
        for writer in waiting { writeNow(writer) }
    }

    /// The fault of this kind that holds for the volume now.
    func fault(_ kind: Scenario.Fault.Kind, on volume: Int) -> Int? {
        activeFaults.first { place in
            let fault = faults[place]
            return fault.kind == kind && fault.target == volumes[volume].name && strikes[place] < fault.times ?? .max
        }
    }

    /// Whether a fault of this kind, or chance, hits this time. It counts as one strike.
    mutating func strikes(_ kind: Scenario.Fault.Kind, _ volume: Int, chance: Ratio = .zero) -> Bool {
        if let place = fault(kind, on: volume) {
            strikes[place] += 1
            return true
        }
        return volumes[volume].generator.happens(chance)
    }
}
