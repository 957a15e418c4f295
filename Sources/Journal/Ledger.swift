// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Policy
import Units

/// The database as the journal uses it. Blocks; for one thread.
struct Ledger: ~Copyable {
    let connection: Connection
    let limits: Journal.Limits

    private init(connection: consuming Connection, limits: Journal.Limits) {
        self.connection = connection
        self.limits = limits
    }

    /// Opens the journal in a directory, or makes a new one.
    static func open(directory: String, limits: Journal.Limits) throws(JournalError) -> Ledger {
        let path = try StateDirectory.prepare(directory)
        let connection = try Connection.open(path: path, busy: limits.busy)
        try Schema.check(connection)
        try Schema.prepare(connection)
        return Ledger(connection: connection, limits: limits)
    }

    /// For reading alone, of a form that is known.
    init(reading connection: consuming Connection) { self.init(connection: connection, limits: Journal.Limits()) }

    /// The form's number once more: a page is written, and waited for, whatever it says.
    func probe() throws(JournalError) { try connection.execute("PRAGMA user_version = \(Schema.known)") }
}

/// Births: the size that a filesystem had when it was first seen.
extension Ledger {
    func births() throws(JournalError) -> [VolumeIdentity: Bytes] {
        let rows = try connection.rows("SELECT name, uuid, pool, thin_id, size FROM births") { row throws(JournalError) in
            let volume = VolumeIdentity(
                name: DeviceName(row.text(0)), uuid: row.text(1), poolName: DeviceName(row.text(2)),
                thinID: UInt32(truncatingIfNeeded: row.integer(3)))
            return (volume, row.bytes(4))
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// A volume that is known keeps its first size, unless this one is smaller, and has been seen.
    func recordBirths(_ sizes: [VolumeIdentity: Bytes], at time: WallTime) throws(JournalError) {
        try connection.transaction { () throws(JournalError) in
            for (volume, size) in sizes {
                try connection.run(
                    """
                    INSERT INTO births (name, uuid, pool, thin_id, size, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                    ON CONFLICT DO UPDATE SET seen = max(seen, excluded.seen), size = min(size, excluded.size)
                    """, .text(volume.name.description), .text(volume.uuid), .text(volume.poolName.description),
                    .integer(Int64(volume.thinID)), .bytes(size), .time(time))
            }
            try connection.run(
                """
                DELETE FROM births WHERE (name, uuid, pool, thin_id) IN
                    (SELECT name, uuid, pool, thin_id FROM births ORDER BY seen DESC LIMIT -1 OFFSET ?1)
                """, .count(limits.births))
        }
    }

    /// Volumes that are not known are not made known by this.
    func markSeen(_ volumes: Set<VolumeIdentity>, at time: WallTime) throws(JournalError) {
        try connection.transaction { () throws(JournalError) in
            for volume in volumes {
                try connection.run(
                    "UPDATE births SET seen = max(seen, ?5) WHERE (name, uuid, pool, thin_id) = (?1, ?2, ?3, ?4)",
                    .text(volume.name.description), .text(volume.uuid), .text(volume.poolName.description),
                    .integer(Int64(volume.thinID)), .time(time))
            }
        }
    }

    func forgetBirths(of volumes: Set<VolumeIdentity>) throws(JournalError) {
        try connection.transaction { () throws(JournalError) in
            for volume in volumes {
                try connection.run(
                    "DELETE FROM births WHERE (name, uuid, pool, thin_id) = (?1, ?2, ?3, ?4)",
                    .text(volume.name.description), .text(volume.uuid), .text(volume.poolName.description),
                    .integer(Int64(volume.thinID)))
            }
        }
    }

    /// How many were forgotten.
    func forgetBirths(notSeenSince time: WallTime) throws(JournalError) -> Int {
        try connection.run("DELETE FROM births WHERE seen < ?1", .time(time))
    }
}
