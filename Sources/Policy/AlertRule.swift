// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// What an alert with such labels sets, once each time that it fires.
public struct AlertRule: Hashable, Sendable, Codable {
    /// All must match; a glob about a label that the alert does not have matches nothing.
    public var labels: [String: Glob]
    public var action: AlertAction
    public var target: AlertTarget
    /// How long what it sets stands at most; less where the alert is over sooner.
    public var lasting: Duration = .seconds(2 * 3600)
    /// Between two alerts that act by this rule on the same volume or pool.
    public var cooldown: Duration
    /// What it may grant within a day, all volumes together.
    public var maximumTotal: Bytes = .gibibytes(100)

    public init(labels: [String: Glob], action: AlertAction, target: AlertTarget? = nil) {
        self.labels = labels
        self.action = action
        self.target = target ?? action.usualTarget
        cooldown = action.usualCooldown
    }

    /// A day, for `maximumTotal`.
    public static let day = Duration.seconds(86_400)
    public static let longestCooldown = Duration.seconds(7 * 86_400)

    /// The same in every run, whatever stands around it in the file: `grow alertname=HeadroomVolumeFilling`.
    public var name: String {
        let labels = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.pattern)" }
        return ([action.name] + labels).joined(separator: " ")
    }

    func matches(_ alert: Alert) -> Bool {
        labels.allSatisfy { label, glob in alert.labels[label].map(glob.matches) ?? false }
    }
}

public enum AlertAction: Hashable, Sendable, Codable {
    case grow(AlertAmount)
    /// The same, into the pool's reserve if need be.
    case exceedReserve(AlertAmount)
    case hold
    case pin(Override.Pin)
    case pause

    /// As the configuration has it.
    public var name: String {
        switch self {
        case .grow: "grow"
        case .exceedReserve: "exceed-reserve"
        case .hold: "hold"
        case .pin: "pin"
        case .pause: "pause"
        }
    }

    public var needsBreakGlass: Bool { if case .exceedReserve = self { true } else { false } }

    fileprivate var usualTarget: AlertTarget { if case .pause = self { .pool(label: "pool") } else { .volume(label: "volume") } }

    /// What stops growth may come at any time.
    fileprivate var usualCooldown: Duration {
        switch self {
        case .grow, .exceedReserve, .pin: .seconds(600)
        case .hold, .pause: .zero
        }
    }
}

/// How much larger an alert makes a filesystem.
public enum AlertAmount: Hashable, Sendable, Codable {
    case by(Bytes)
    /// Of its size when the alert comes.
    case byShare(Ratio)
    case to(Bytes)

    /// What a filesystem of this size is to have.
    public func size(after size: Bytes) -> Bytes {
        switch self {
        case .by(let amount): size + amount
        case .byShare(let share): size + share.of(size)
        case .to(let target): target
        }
    }
}

/// Which label of an alert names what it is about.
public enum AlertTarget: Hashable, Sendable, Codable {
    case volume(label: String)
    case container(label: String)
    case pool(label: String)

    public var label: String {
        switch self {
        case .volume(let label), .container(let label), .pool(let label): label
        }
    }
}
