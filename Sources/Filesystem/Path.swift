// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Units

/// A path as the kernel keeps it: any bytes but NUL. A mount point need not be UTF-8.
public struct Path: Hashable, Sendable {
    public let bytes: [UInt8]

    /// What follows a NUL is cut off, as the kernel would.
    public init(bytes: [UInt8]) { self.bytes = Array(bytes.prefix { $0 != 0 }) }

    /// Reads what `description` writes.
    public init(_ text: String) { self.init(bytes: DeviceName(text).bytes) }

    /// This path with another behind it; exactly one slash stands between them.
    public func appending(_ other: Path) -> Path {
        let head = bytes.last == UInt8(ascii: "/") ? bytes.dropLast() : bytes[...]
        let tail = other.bytes.first == UInt8(ascii: "/") ? other.bytes.dropFirst() : other.bytes[...]
        return Path(bytes: Array(head) + [UInt8(ascii: "/")] + Array(tail))
    }

    public func appending(_ name: String) -> Path { appending(Path(name)) }

    /// Hands out the path with a NUL at its end, for the length of the call.
    func withCString<R, E: Error>(_ body: (UnsafePointer<CChar>) throws(E) -> R) throws(E) -> R {
        let terminated = bytes.map { CChar(bitPattern: $0) } + [0]
        return try terminated.withUnsafeBufferPointer { (buffer) throws(E) -> R in
            guard let start = buffer.baseAddress else { fatalError("an array with a NUL in it has a first element") }
            return try body(start)
        }
    }
}

/// Shown like a device's name: as it is where it is valid UTF-8, and every byte that is not as `\x{ff}`.
extension Path: CustomStringConvertible, ExpressibleByStringLiteral {
    public var description: String { DeviceName(bytes: bytes).description }

    public init(stringLiteral text: String) { self.init(text) }
}
