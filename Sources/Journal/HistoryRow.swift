// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Digest
import FoundationEssentials
import Units

/// A row of the history as it stands in the database, byte by byte.
struct HistoryRow {
    var id: Int64
    /// Milliseconds since 1970.
    var time: Int64
    var kind: [UInt8]
    /// What is searched for: the same stands in `entry`.
    var volume: [UInt8]?
    var pool: [UInt8]?
    var container: [UInt8]?
    var containerID: [UInt8]?
    /// JSON.
    var entry: [UInt8]

    static let columns = "id, time, kind, volume, pool, container, container_id, entry, hash"

    init(_ entry: HistoryEntry, id: Int64, json: String) {
        self.id = id
        time = entry.time.milliseconds
        kind = Array(entry.kind.rawValue.utf8)
        volume = entry.volume.map { Array($0.utf8) }
        pool = entry.pool.map { Array($0.utf8) }
        container = entry.container?.name.map { Array($0.utf8) }
        containerID = entry.container.map { Array($0.id.utf8) }
        self.entry = Array(json.utf8)
    }

    /// Reads `columns`, but for the hash, which is the ninth.
    init(_ row: borrowing Statement) {
        id = row.integer(0)
        time = row.integer(1)
        kind = row.blob(2) ?? []
        volume = row.blob(3)
        pool = row.blob(4)
        container = row.blob(5)
        containerID = row.blob(6)
        entry = row.blob(7) ?? []
    }

    /// SHA-256 over the hash before it and each value in turn, as its length, a colon, its bytes and a comma; NULL as `-,`.
    func hash(after previous: [UInt8]) -> [UInt8] {
        var message = previous
        message.reserveCapacity(previous.count + entry.count + 512)
        for value in [Array("\(id)".utf8), Array("\(time)".utf8), kind, volume, pool, container, containerID, entry] {
            if let value {
                message += Array("\(value.count):".utf8)
                message += value
                message.append(UInt8(ascii: ","))
            } else {
                message += Array("-,".utf8)
            }
        }
        return SHA256.digest(message)
    }
}

/// Up to where a chain goes: what the next entry is linked to.
struct HistoryLink: Hashable {
    var id: Int64
    var hash: [UInt8]
}

/// An entry of the history with its place in the chain.
public struct HistoryRecord: Hashable, Sendable {
    /// One more than the one before it.
    public let id: Int64
    /// 32 bytes: of all that is in it, and of the hash before it.
    public let hash: [UInt8]
    public let entry: HistoryEntry

    public init(id: Int64, hash: [UInt8], entry: HistoryEntry) {
        self.id = id
        self.hash = hash
        self.entry = entry
    }
}
