// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Bytes per second: how fast a filesystem fills. Never negative.
public struct ByteRate: Hashable, Comparable, Sendable {
    public let bytesPerSecond: Double

    /// A negative or NaN rate is none.
    public init(bytesPerSecond: Double) { self.bytesPerSecond = bytesPerSecond > 0 ? bytesPerSecond : 0 }

    public init(_ amount: Bytes, per duration: Duration) {
        let seconds = duration.seconds
        self.init(bytesPerSecond: seconds > 0 ? Double(amount.count) / seconds : 0)
    }

    public static let zero = ByteRate(bytesPerSecond: 0)

    public static func < (a: ByteRate, b: ByteRate) -> Bool { a.bytesPerSecond < b.bytesPerSecond }

    /// What this rate fills in so long a time, rounded up.
    public func amount(in duration: Duration) -> Bytes {
        let bytes = (bytesPerSecond * max(duration.seconds, 0)).rounded(.up)
        return Bytes(bytes >= 0x1p64 ? .max : UInt64(bytes))
    }

    /// How long this rate takes to fill `room`. Nil when nothing is being written, or it takes over a hundred years.
    public func time(toFill room: Bytes) -> Duration? {
        guard bytesPerSecond > 0 else { return nil }
        let seconds = Double(room.count) / bytesPerSecond
        return seconds < 3.2e9 ? .seconds(seconds) : nil
    }
}

extension ByteRate: CustomStringConvertible {
    public var description: String { "\(amount(in: .seconds(1)))/s" }
}

extension ByteRate: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(bytesPerSecond: try decoder.singleValueContainer().decode(Double.self))
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(bytesPerSecond)
    }
}
