// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CZlib

/// A part of a gzip file, compressed by itself: parts can be put together in any order, again and again, without being
/// compressed anew.
public struct DeflatedPart: Hashable, Sendable {
    /// Deflate blocks (RFC 1951) that end with a whole byte, none of them marked as the last.
    public let bytes: [UInt8]
    /// CRC-32 of what was compressed.
    let checksum: UInt32
    /// Bytes of what was compressed.
    let length: Int

    /// Compresses `text` the fast way: metrics shrink to a tenth even so. Nil when there is no memory for it.
    public init?(_ text: [UInt8]) {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        // Negative window bits: without zlib's header and checksum.
        guard
            deflateInit2_(
                &stream, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS, DeflatedPart.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
                == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 8 + 64)
        var text = text
        let isDone = text.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = uInt(clamping: input.count)
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DeflatedPart.chunk) { chunk in
                repeat {
                    stream.next_out = chunk.baseAddress
                    stream.avail_out = uInt(chunk.count)
                    // A sync flush ends with a whole byte, which lets another part follow.
                    let result = deflate(&stream, Z_SYNC_FLUSH)
                    guard result == Z_OK || result == Z_BUF_ERROR else { return false }
                    output.append(contentsOf: chunk[..<(chunk.count - Int(stream.avail_out))])
                } while stream.avail_out == 0
                return true
            }
        }
        guard isDone, stream.avail_in == 0 else { return nil }
        bytes = output
        checksum = CRC32.of(text)
        length = text.count
    }

    /// zlib's own default.
    private static let memoryLevel: Int32 = 8
    private static let chunk = 64 * 1024
}

/// The checksum of RFC 1952.
enum CRC32 {
    static func of(_ bytes: [UInt8], after checksum: UInt32 = 0) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(uLong(checksum), $0.baseAddress, $0.count)) }
    }

    /// Of two texts, one behind the other.
    static func joined(_ first: UInt32, _ second: UInt32, secondLength: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_combine(uLong(first), uLong(second), secondLength))
    }
}
