// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A device-mapper name as the kernel keeps it: any bytes but NUL, at most 127 of them. A name need not be UTF-8.
public struct DeviceName: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    public init(_ text: String) { bytes = DeviceName.bytes(shownAs: text) }
}

extension DeviceName: Comparable {
    public static func < (a: DeviceName, b: DeviceName) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}

/// How a name is shown: as it is where it is valid UTF-8, and every byte that is not as `\x{ff}`.
/// No two names are shown alike, and what is shown reads back as the same name.
extension DeviceName: LosslessStringConvertible, ExpressibleByStringLiteral {
    public var description: String {
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            if rest.starts(with: DeviceName.escape) {
                text += "\\x{5c}"
                rest = rest.dropFirst()
            } else if let (character, length) = DeviceName.scalar(at: rest) {
                text.unicodeScalars.append(character)
                rest = rest.dropFirst(length)
            } else {
                text += "\\x{" + DeviceName.hex(first) + "}"
                rest = rest.dropFirst()
            }
        }
        return text
    }

    public init(stringLiteral text: String) { self.init(text) }

    private static let escape = Array("\\x{".utf8)

    private static func hex(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16)
        return text.count == 1 ? "0" + text : text
    }

    /// The valid UTF-8 sequence that `bytes` begins with, and how many bytes it takes.
    private static func scalar(at bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, Int)? {
        for length in 1...min(4, bytes.count) {
            let part = bytes.prefix(length)
            if let text = String(validating: part, as: UTF8.self), let scalar = text.unicodeScalars.first {
                return (scalar, length)
            }
        }
        return nil
    }

    private static func bytes(shownAs text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.first {
            if rest.starts(with: escape), rest.count >= 6, rest[rest.startIndex + 5] == UInt8(ascii: "}"),
                let byte = UInt8(String(decoding: rest.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(byte)
                rest = rest.dropFirst(6)
            } else {
                bytes.append(first)
                rest = rest.dropFirst()
            }
        }
        return bytes
    }
}

extension DeviceName: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(try decoder.singleValueContainer().decode(String.self))
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
