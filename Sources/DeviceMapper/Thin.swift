// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// The table line of a thin volume: `<start> <length> thin <pool> <device id> [<external origin>]`.
public struct ThinTable: Hashable, Sendable, Codable {
    public var length: Sectors
    public var pool: DeviceNumber
    /// The volume's number in its pool, 24 bits.
    public var thinID: UInt32
    /// A read-only device that is read where the volume has no block of its own.
    public var externalOrigin: DeviceNumber?

    public init(length: Sectors, pool: DeviceNumber, thinID: UInt32, externalOrigin: DeviceNumber? = nil) {
        self.length = length
        self.pool = pool
        self.thinID = thinID
        self.externalOrigin = externalOrigin
    }
}

/// What a thin volume says of itself.
public enum ThinStatus: Hashable, Sendable, Codable {
    /// `highest` is the last mapped sector, nil when nothing is mapped.
    case working(mapped: Sectors, highest: Sectors?)
    case failed
    /// No live table, or a text that no known kernel prints.
    case unknown(String)
}
