// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy
public import Units

/// A wish to set an override: by a person, or by an alert.
public struct OverrideRequest: Sendable, Hashable {
    public var kind: Override.Kind
    public var target: OverrideTarget
    /// With a reason, but for a pause.
    public var asked: Asked
    /// Nil, for a pause: until it is lifted.
    public var lasting: Duration?
    /// Say what would be, set nothing.
    public var dryRun: Bool

    public init(kind: Override.Kind, target: OverrideTarget, asked: Asked, lasting: Duration?, dryRun: Bool = false) {
        self.kind = kind
        self.target = target
        self.asked = asked
        self.lasting = lasting
        self.dryRun = dryRun
    }
}

/// What a person means by what he writes.
public enum OverrideTarget: Sendable, Hashable {
    /// A volume by any name that `explain` takes; with `*` or `?` in it a glob of volumes.
    case volumes(String)
    case pool(String)
    case all
}

/// A wish to take overrides away.
public struct LiftRequest: Sendable, Hashable {
    public var target: OverrideTarget
    public var asked: Asked
    public var dryRun: Bool

    /// Of volumes: holds, pins and leaves to exceed the reserve. Of a pool and of all: pauses.
    public init(target: OverrideTarget, asked: Asked, dryRun: Bool = false) {
        self.target = target
        self.asked = asked
        self.dryRun = dryRun
    }
}

public enum OverrideAnswer: Sendable, Hashable {
    case changed(OverrideChange)
    case refused(Refusal)
    /// Nothing is called so, or nothing of it is set.
    case unknown(String, hint: String)
    /// It cannot be meant so.
    case invalid(String, hint: String)
}

/// What was changed, or would be.
public struct OverrideChange: Sendable, Hashable {
    public var set: [Override] = []
    /// What was taken away, or was replaced.
    public var lifted: [Override] = []
    /// The volumes that it is about now.
    public var volumes: [DeviceName] = []
    /// It is in the journal, so a restart does not change it back.
    public var isKept = true
    public var isDryRun = false

    public init() {}
}

/// How many overrides may stand, how long, and what may be said of them.
public enum OverrideLimits {
    /// At once.
    public static let standing = 1_000
    /// Of alerts: so that however many come, people can set theirs.
    public static let standingOfAlerts = 500
    public static let reasonCharacters = 500
    public static let authorCharacters = 200
    public static let globCharacters = 255
    public static let shortest = Duration.seconds(1)
    public static let longest = Duration.seconds(366 * 86_400)
    /// Of a leave to exceed the reserve.
    public static let longestExceeding = Duration.seconds(86_400)
}

extension OverrideRequest {
    /// What is wrong with it, whatever the host is like.
    var complaint: (text: String, hint: String)? {
        if let complaint = asked.complaint(needsReason: kind.name != .pause) { return complaint }
        if let complaint = Override.complaint(about: lasting, of: kind.name) { return complaint }
        switch kind {
        case .pin(let pin): return pin.complaint
        case .exceedReserve(let bound) where bound == .zero:
            return ("a bound of nothing lets nothing into the reserve", "say how much: --by 10GiB")
        case .hold, .pause, .exceedReserve, .grow: return nil
        }
    }
}

extension Asked {
    func complaint(needsReason: Bool) -> (text: String, hint: String)? {
        let isSaid = reason.map { !$0.trimmed().isEmpty } ?? false
        if needsReason, !isSaid { return ("a reason is needed", "say why, for those who find it later: --reason TEXT") }
        if let reason, reason.count > OverrideLimits.reasonCharacters {
            return ("the reason is longer than \(OverrideLimits.reasonCharacters) characters", "say it shorter")
        }
        return nil
    }
}

extension Override {
    fileprivate static func complaint(about lasting: Duration?, of kind: Kind.Name) -> (text: String, hint: String)? {
        guard let lasting else {
            return kind == .pause ? nil : ("it needs an end", "say how long it is to hold: --for 2h")
        }
        let longest = kind == .exceedReserve ? OverrideLimits.longestExceeding : OverrideLimits.longest
        guard lasting >= OverrideLimits.shortest, lasting <= longest else {
            return ("\(lasting.text) is no time for it", "say \(OverrideLimits.shortest.text) to \(longest.text): --for 2h")
        }
        return nil
    }
}

extension Override.Pin {
    fileprivate var complaint: (text: String, hint: String)? {
        if threshold == nil, target == nil, maximumSize == nil {
            return ("nothing is pinned", "say --max SIZE, --threshold SHARE or --target SHARE")
        }
        for share in [threshold, target].compactMap(\.self) where share > .one || share == .zero {
            return ("\(share) is no share of a filesystem", "say more than 0% and at most 100%")
        }
        if let threshold, let target, target >= threshold {
            return (
                "a target of \(target) is not below the threshold of \(threshold)", "say a lower target, or a higher threshold"
            )
        }
        return nil
    }
}
