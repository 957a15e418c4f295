// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Units

/// Devices that are being made anew: until what is on them has been looked at, they may be another volume's.
extension Ledger {
    func restoring() throws(JournalError) -> Set<VolumeIdentity> {
        Set(
            try connection.rows("SELECT name, uuid, pool, thin_id FROM restoring") { row throws(JournalError) in
                VolumeIdentity(
                    name: DeviceName(row.text(0)), uuid: row.text(1), poolName: DeviceName(row.text(2)),
                    thinID: UInt32(truncatingIfNeeded: row.integer(3)))
            })
    }

    func beginRestoring(_ volumes: Set<VolumeIdentity>) throws(JournalError) {
        try each(volumes, "INSERT OR IGNORE INTO restoring (name, uuid, pool, thin_id) VALUES (?1, ?2, ?3, ?4)")
    }

    func endRestoring(_ volumes: Set<VolumeIdentity>) throws(JournalError) {
        try each(volumes, "DELETE FROM restoring WHERE (name, uuid, pool, thin_id) = (?1, ?2, ?3, ?4)")
    }

    private func each(_ volumes: Set<VolumeIdentity>, _ sql: String) throws(JournalError) {
        if volumes.isEmpty { return }
        try connection.transaction { () throws(JournalError) in
            for volume in volumes {
                try connection.run(
                    sql, .text(volume.name.description), .text(volume.uuid), .text(volume.poolName.description),
                    .integer(Int64(volume.thinID)))
            }
        }
    }
}
