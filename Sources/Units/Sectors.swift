// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A number of 512-byte sectors, the unit of every device-mapper table whatever the disk's own sector size.
public struct Sectors: Hashable, Comparable, Sendable {
    public let count: UInt64

    public init(_ count: UInt64) { self.count = count }

    /// One sector.
    public static let size = Bytes(512)

    public static func < (a: Sectors, b: Sectors) -> Bool { a.count < b.count }

    public var bytes: Bytes { Sectors.size.scaled(by: count) }
}

extension Sectors: Codable {
    public init(from decoder: any Decoder) throws { count = try decoder.singleValueContainer().decode(UInt64.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }
}
