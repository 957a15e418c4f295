// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// One line of a device's table or status, as the kernel prints it: `<start> <length> <kind> <words>`.
public struct Target: Hashable, Sendable {
    public var start: Sectors
    public var length: Sectors
    /// The target's name: `thin`, `thin-pool`, `linear`.
    public var kind: String
    /// What stands behind the name, without the blank that the kernel leaves at its end.
    public var words: String

    public init(start: Sectors = Sectors(0), length: Sectors, kind: String, words: String) {
        self.start = start
        self.length = length
        self.kind = kind
        self.words = words.trimmed()
    }

    /// Reads a line as `dmsetup table` and `dmsetup status` show it behind the device's name. Nil when it is none.
    public init?(line: String) {
        let parts = line.trimmed().split(separator: " ", maxSplits: 3, omittingEmptySubsequences: true)
        guard parts.count >= 3, let start = UInt64(parts[0]), let length = UInt64(parts[1]) else { return nil }
        self.init(
            start: Sectors(start), length: Sectors(length), kind: String(parts[2]),
            words: parts.count > 3 ? String(parts[3]) : "")
    }

    /// The words one by one. A hostile number of them is cut off, far above what any thin target prints.
    var parts: [Substring] { words.split(separator: " ", maxSplits: 64, omittingEmptySubsequences: true) }
}

extension Target: CustomStringConvertible {
    public var description: String { "\(start.count) \(length.count) \(kind)" + (words.isEmpty ? "" : " " + words) }
}

extension ThinTable {
    /// The target's name in a table.
    public static let kind = "thin"

    /// Stands for the id when the kernel does not tell it: a volume of a failed pool prints `Fail` in its table's place.
    /// No real id is above 24 bits.
    public static let unknownID = UInt32.max

    /// Reads a volume's line. Nil for another target, a volume of a failed pool, and what no known kernel prints.
    public init?(parsing target: Target) {
        let parts = target.parts
        guard target.kind == ThinTable.kind, target.start == Sectors(0), target.length > Sectors(0),
            (2...3).contains(parts.count), let pool = DeviceNumber(parts[0]), let id = UInt32(parts[1]), id < 1 << 24
        else { return nil }
        var origin: DeviceNumber?
        if parts.count == 3 {
            guard let number = DeviceNumber(parts[2]) else { return nil }
            origin = number
        }
        self.init(length: target.length, pool: pool, thinID: id, externalOrigin: origin)
    }

    /// The line to load.
    public var target: Target {
        let origin = externalOrigin.map { " \($0)" } ?? ""
        return Target(length: length, kind: ThinTable.kind, words: "\(pool) \(thinID)\(origin)")
    }
}

extension ThinStatus {
    /// Reads a volume's line: `<mapped sectors> <highest mapped sector|->`, or `Fail`.
    public init(parsing target: Target) {
        let parts = target.parts
        guard target.kind == ThinTable.kind else {
            self = .unknown("\(target)")
            return
        }
        if parts == ["Fail"] {
            self = .failed
        } else if parts.count == 2, let mapped = UInt64(parts[0]), parts[1] == "-" {
            self = .working(mapped: Sectors(mapped), highest: nil)
        } else if parts.count == 2, let mapped = UInt64(parts[0]), let highest = UInt64(parts[1]) {
            self = .working(mapped: Sectors(mapped), highest: Sectors(highest))
        } else {
            self = .unknown(target.words)
        }
    }
}
