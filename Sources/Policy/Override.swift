// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Host
public import Units

/// What somebody has set against the rules, for a time: a person, or an alert.
public struct Override: Sendable, Hashable, Codable {
    public var id: OverrideID
    public var kind: Kind
    public var scope: Scope
    /// Who wants it, and why.
    public var asked: Asked
    /// By the wall clock, as people are told.
    public var start: WallTime
    /// Nil: until somebody lifts it.
    public var end: WallTime?
    /// What was granted beyond the headroom by it so far.
    public var spent = Bytes.zero
    /// Which alert it is of, if it is an alert's.
    public var alert: AlertKey?
    /// What came of a `grow`; nil as long as it is to be done.
    public var settled: Settlement?

    public init(id: OverrideID, kind: Kind, scope: Scope, asked: Asked, start: WallTime, end: WallTime?) {
        self.id = id
        self.kind = kind
        self.scope = scope
        self.asked = asked
        self.start = start
        self.end = end
    }

    public enum Kind: Sendable, Hashable, Codable {
        /// Volumes are not grown.
        case hold
        /// Volumes have other bounds than their rule says.
        case pin(Pin)
        /// Nothing of a pool, or of the host, is grown.
        case pause
        /// Growth may go so many bytes beyond the headroom, into the pool's reserve. Never into that of its metadata.
        case exceedReserve(bound: Bytes)
        /// A volume's filesystem is made this large, once, as soon as that can be, whatever its mode.
        case grow(to: Bytes, exceedsReserve: Bool)

        public var name: Name {
            switch self {
            case .hold: .hold
            case .pin: .pin
            case .pause: .pause
            case .exceedReserve: .exceedReserve
            case .grow: .grow
            }
        }

        public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
            case hold, pin, pause
            case exceedReserve = "exceed_reserve"
            case grow
        }
    }

    /// How a growth that was asked for ended.
    public enum Settlement: String, Sendable, Hashable, Codable {
        case done
        /// It was begun and did not succeed: it is not tried again by itself.
        case failed
    }

    /// What holds in place of a volume's rule; nil: as the rule says.
    public struct Pin: Sendable, Hashable, Codable {
        public var threshold: Ratio?
        public var target: Ratio?
        public var maximumSize: Bytes?

        public init(threshold: Ratio? = nil, target: Ratio? = nil, maximumSize: Bytes? = nil) {
            self.threshold = threshold
            self.target = target
            self.maximumSize = maximumSize
        }
    }

    public enum Scope: Sendable, Hashable, Codable {
        /// This one, not another that gets its name later.
        case volume(VolumeIdentity)
        /// All whose name, container or logical volume it matches, those that come later too.
        case volumes(Glob)
        case pool(DeviceName)
        case all
    }

    /// How much more it lets into the reserve.
    public var left: Bytes {
        switch kind {
        case .exceedReserve(let bound), .grow(let bound, exceedsReserve: true): bound.less(spent)
        case .grow, .hold, .pin, .pause: .zero
        }
    }
}

/// The number of an override, never used twice. Made up at random, so that it needs nobody's record.
public struct OverrideID: Hashable, Comparable, Sendable, Codable {
    /// Below 2⁴⁸.
    public let number: UInt64

    public init(_ number: UInt64) { self.number = number & 0xFFFF_FFFF_FFFF }

    public static func random() -> OverrideID { OverrideID(.random(in: 1 ... .max)) }

    public static func < (a: OverrideID, b: OverrideID) -> Bool { a.number < b.number }
}

extension OverrideID: CustomStringConvertible {
    /// Twelve hexadecimal digits.
    public var description: String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }
}

/// Who wants something, why, and by which way.
public struct Asked: Sendable, Hashable, Codable {
    /// A person's name, or an alert's.
    public var author: String
    public var source: Source
    public var reason: String?

    public init(author: String, source: Source, reason: String? = nil) {
        self.author = author
        self.source = source
        self.reason = reason
    }

    public enum Source: String, Sendable, Hashable, Codable, CaseIterable {
        case cli, api, alert

        public var isPerson: Bool { self != .alert }
    }
}

extension Asked: CustomStringConvertible {
    /// `alice (cli): the disk is being moved`.
    public var description: String { "\(author) (\(source.rawValue))" + (reason.map { ": \($0)" } ?? "") }
}
