// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Stratis: every device of its has a uuid that begins with `stratis-1-` (stratisd, engine/strat_engine/names.rs). It grows
/// its filesystems itself and keeps its own record of their sizes.
struct StratisRecogniser: Recogniser {
    func claims(_ volume: VolumeSighting) -> Bool { StratisRecogniser.isOwn(volume.uuid) }

    mutating func refresh(for volumes: [VolumeSighting], in files: any FileReading) -> [OwnerComplaint] { [] }

    func owner(of volume: VolumeSighting) -> Owner { .stratis }

    func keeper(of pool: PoolSighting, volumes: [VolumeSighting]) -> PoolOwner? {
        StratisRecogniser.isOwn(pool.uuid) ? .stratis : nil
    }

    private static func isOwn(_ uuid: String) -> Bool { uuid.hasPrefix("stratis-1-") }
}
