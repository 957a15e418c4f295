// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A number of bytes. The unit of everything a person reads or writes.
public struct Bytes: Hashable, Comparable, Sendable {
    /// 0 ... 2⁶⁴ − 1.
    public let count: UInt64

    public init(_ count: UInt64) { self.count = count }

    public static let zero = Bytes(0)

    public static func kibibytes(_ n: UInt64) -> Bytes { Bytes(n).scaled(by: 1 << 10) }
    public static func mebibytes(_ n: UInt64) -> Bytes { Bytes(n).scaled(by: 1 << 20) }
    public static func gibibytes(_ n: UInt64) -> Bytes { Bytes(n).scaled(by: 1 << 30) }

    public static func < (a: Bytes, b: Bytes) -> Bool { a.count < b.count }

    /// The sum, or the largest size there is: no size on earth wraps to a small one.
    public static func + (a: Bytes, b: Bytes) -> Bytes {
        let (sum, overflow) = a.count.addingReportingOverflow(b.count)
        return Bytes(overflow ? .max : sum)
    }

    public static func += (a: inout Bytes, b: Bytes) { a = a + b }

    /// What is left of this after `other` is taken away, or nil if that is more than there is.
    public func subtracting(_ other: Bytes) -> Bytes? {
        count >= other.count ? Bytes(count - other.count) : nil
    }

    /// What is left of this after `other` is taken away; nothing if that is more than there is.
    public func less(_ other: Bytes) -> Bytes { subtracting(other) ?? .zero }

    /// This many times over, or the largest size there is.
    public func scaled(by factor: UInt64) -> Bytes {
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        return Bytes(overflow ? .max : product)
    }

    /// Up to the next multiple of `unit` (which is not zero), or the largest multiple there is.
    public func roundedUp(to unit: Bytes) -> Bytes {
        let rest = count % unit.count
        if rest == 0 { return self }
        let (sum, overflow) = count.addingReportingOverflow(unit.count - rest)
        return overflow ? roundedDown(to: unit) : Bytes(sum)
    }

    /// Down to a multiple of `unit`, which is not zero.
    public func roundedDown(to unit: Bytes) -> Bytes { Bytes(count - count % unit.count) }

    /// Whole sectors in this, rounded down.
    public var wholeSectors: Sectors { Sectors(count / Sectors.size.count) }
}

extension Bytes: Codable {
    public init(from decoder: any Decoder) throws { count = try decoder.singleValueContainer().decode(UInt64.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(count)
    }
}

extension Sequence<Bytes> {
    public func sum() -> Bytes { reduce(.zero, +) }
}
