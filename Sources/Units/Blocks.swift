// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A number of a thin pool's data blocks. How large one is stands in the pool's table (64 KiB ... 1 GiB).
public struct DataBlocks: Hashable, Comparable, Sendable, Codable {
    public let count: UInt64

    public init(_ count: UInt64) { self.count = count }

    public static func < (a: DataBlocks, b: DataBlocks) -> Bool { a.count < b.count }

    public func bytes(blockSize: Bytes) -> Bytes { blockSize.scaled(by: count) }
}

/// A number of a thin pool's metadata blocks, of 4 KiB always (Documentation/admin-guide/device-mapper/thin-provisioning.rst).
public struct MetadataBlocks: Hashable, Comparable, Sendable, Codable {
    public let count: UInt64

    public init(_ count: UInt64) { self.count = count }

    /// One metadata block.
    public static let size = Bytes.kibibytes(4)

    public static func < (a: MetadataBlocks, b: MetadataBlocks) -> Bool { a.count < b.count }

    public var bytes: Bytes { MetadataBlocks.size.scaled(by: count) }
}
