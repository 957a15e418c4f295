// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FailPoints
import FoundationEssentials
import Host
import Units

/// Grown volumes, whose devices must come back at no less than their length.
extension Ledger {
    /// By name.
    func kept() throws(JournalError) -> [KeptVolume] {
        try connection.rows("SELECT volume, name FROM kept ORDER BY name, uuid, pool, thin_id") { row throws(JournalError) in
            do {
                return try JSONDecoder().decode(KeptVolume.self, from: Data(row.text(0).utf8))
            } catch {
                throw .corrupt(path: connection.path, reason: "what is kept of \(row.text(1)) cannot be read")
            }
        }
    }

    func keep(_ volume: KeptVolume) throws(JournalError) {
        FailPoint.keptBefore.reached()
        try connection.transaction { () throws(JournalError) in
            try put(volume)
            FailPoint.keptUncommitted.reached()
        }
        FailPoint.keptAfter.reached()
    }

    /// Inside a transaction. A thin id is one volume's at a time, and a name too: whoever had it before is gone.
    func put(_ volume: KeptVolume) throws(JournalError) {
        let identity = volume.identity
        let text = try encoded(volume, "\(identity.name)")
        try connection.run(
            "DELETE FROM kept WHERE pool = ?1 AND (thin_id = ?2 OR name = ?3)", .text(identity.poolName.description),
            .integer(Int64(identity.thinID)), .text(identity.name.description))
        let count = try connection.rows("SELECT count(*) FROM kept") { row throws(JournalError) in Int(row.integer(0)) }.first
        if let count, count >= limits.kept { throw .tooManyKept(path: connection.path, count: count) }
        try connection.run(
            "INSERT INTO kept (name, uuid, pool, thin_id, volume) VALUES (?1, ?2, ?3, ?4, ?5)",
            .text(identity.name.description), .text(identity.uuid), .text(identity.poolName.description),
            .integer(Int64(identity.thinID)), .text(text))
    }

    func forgetKept(of volumes: Set<VolumeIdentity>) throws(JournalError) {
        try connection.transaction { () throws(JournalError) in
            for volume in volumes {
                try connection.run(
                    "DELETE FROM kept WHERE (name, uuid, pool, thin_id) = (?1, ?2, ?3, ?4)",
                    .text(volume.name.description), .text(volume.uuid), .text(volume.poolName.description),
                    .integer(Int64(volume.thinID)))
            }
        }
    }
}
