// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A share of a whole, or how many times the whole: 0.8 is 80 %. Never negative, never NaN.
public struct Ratio: Hashable, Comparable, Sendable {
    public let value: Double

    /// Nil for a negative, infinite or NaN value.
    public init?(_ value: Double) {
        guard value.isFinite, value >= 0 else { return nil }
        self.value = value
    }

    private init(unchecked value: Double) { self.value = value }

    public static let zero = Ratio(unchecked: 0)
    public static let one = Ratio(unchecked: 1)

    public static func percent(_ n: UInt) -> Ratio { Ratio(unchecked: Double(n) / 100) }

    /// `part` as a share of `whole`; zero of an empty whole.
    public init(_ part: Bytes, of whole: Bytes) {
        value = whole == .zero ? 0 : Double(part.count) / Double(whole.count)
    }

    public static func < (a: Ratio, b: Ratio) -> Bool { a.value < b.value }

    /// This share of `whole`, rounded down to a byte; the largest size there is, if it is beyond.
    public func of(_ whole: Bytes) -> Bytes {
        let bytes = value * Double(whole.count)
        return Bytes(bytes >= 0x1p64 ? .max : UInt64(bytes))
    }

    /// The whole of which `part` is this share, rounded up to a byte. Nil for a share of zero.
    public func whole(ofPart part: Bytes) -> Bytes? {
        guard value > 0 else { return nil }
        let bytes = (Double(part.count) / value).rounded(.up)
        return Bytes(bytes >= 0x1p64 ? .max : UInt64(bytes))
    }
}

extension Ratio {
    /// Reads `90%`, `62.5 %`. Nil for anything else: no number, a sign, no percent sign.
    public init?(percentage text: String) {
        guard text.hasSuffix("%") else { return nil }
        let digits = String(text.dropLast()).trimmed()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let number = Double(digits) else {
            return nil
        }
        self.init(number / 100)
    }
}

extension Ratio: CustomStringConvertible {
    /// As a percentage: `80%`, `6.4%`.
    public var description: String { (value * 100).text(decimals: 1) + "%" }
}

extension Ratio: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let ratio = Ratio(try container.decode(Double.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a ratio is a number from 0 up")
        }
        self = ratio
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
