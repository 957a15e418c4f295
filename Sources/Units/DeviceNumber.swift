// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A block device's major and minor number. Only good within one look: minor numbers are used again at once.
public struct DeviceNumber: Hashable, Comparable, Sendable, Codable {
    public let major: UInt32
    public let minor: UInt32

    public init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }

    /// Reads `254:3`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = UInt32(parts[0]), let minor = UInt32(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    public static func < (a: DeviceNumber, b: DeviceNumber) -> Bool { (a.major, a.minor) < (b.major, b.minor) }
}

extension DeviceNumber: CustomStringConvertible {
    public var description: String { "\(major):\(minor)" }
}
