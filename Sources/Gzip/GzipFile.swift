// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A gzip file (RFC 1952) of one member: this header, the bytes of parts one behind the other, and a trailer for them.
public enum GzipFile {
    /// Deflate, no name, no time, the fast way, Unix.
    public static let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 3]

    /// What comes behind `parts`: `tail` as it is, without the work of compressing it, then checksum and length of all.
    public static func trailer(after parts: [DeflatedPart], storing tail: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tail.count + 64)
        var rest = tail[...]
        repeat {
            let block = rest.prefix(longestStored)
            rest = rest.dropFirst(block.count)
            // A stored block (RFC 1951, 3.2.4): whether it is the last, then its length and that length's complement.
            bytes.append(rest.isEmpty ? 1 : 0)
            bytes.append(littleEndian: UInt16(block.count))
            bytes.append(littleEndian: ~UInt16(block.count))
            bytes.append(contentsOf: block)
        } while !rest.isEmpty

        var checksum: UInt32 = 0
        var length = tail.count
        for part in parts {
            checksum = CRC32.joined(checksum, part.checksum, secondLength: part.length)
            length += part.length
        }
        bytes.append(littleEndian: CRC32.of(tail, after: checksum))
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: length))
        return bytes
    }

    private static let longestStored = Int(UInt16.max)
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
