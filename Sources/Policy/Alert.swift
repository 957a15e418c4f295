// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// One alert of a notification, as Alertmanager tells it.
public struct Alert: Sendable, Hashable {
    public var status: Status
    public var labels: [String: String]
    /// What it says for people: its annotation `summary`, or `description`.
    public var summary: String?
    public var key: AlertKey

    public enum Status: String, Sendable, Hashable { case firing, resolved }

    public init(status: Status, labels: [String: String], summary: String?, key: AlertKey) {
        self.status = status
        self.labels = labels
        self.summary = summary
        self.key = key
    }

    public var name: String { labels["alertname"] ?? "without a name" }

    /// Headroom itself has told Alertmanager of it: what it leads to must not lead to it again.
    public var isOurs: Bool { labels[Alert.oursLabel] == Alert.oursValue }

    /// The label that all alerts have which Headroom itself posts.
    public static let oursLabel = "notified_by"
    public static let oursValue = "headroom"
}

/// Which alert, and which time that it fires: what is the same in every delivery.
public struct AlertKey: Sendable, Hashable, Codable {
    /// Of its labels.
    public var fingerprint: String
    /// By the clock of who evaluates the rule.
    public var startsAt: WallTime

    public init(fingerprint: String, startsAt: WallTime) {
        self.fingerprint = fingerprint
        self.startsAt = startsAt
    }
}

/// What came of an alert.
public enum AlertResult: String, Sendable, Hashable, Codable, CaseIterable {
    /// An override was set.
    case set
    /// It would have been.
    case planned
    /// It was acted upon when it was first told.
    case known
    /// It is over, and what it had set is lifted.
    case lifted
    /// It is over, and nothing of it stood.
    case over
    /// It is from before what is known of it.
    case stale
    /// No entry of `alerts` in the configuration is for it.
    case unmatched
    /// No volume or pool is called as it says, or it does not say.
    case unknownTarget = "unknown_target"
    case coolingDown = "cooling_down"
    /// More than its entry may grant in a day.
    case capped
    /// It cannot be meant so: its volume is not mounted, say.
    case refused
    /// Whoever sent it may not break the glass.
    case forbidden
    /// Headroom's own.
    case own
    /// It says too little, or something impossible.
    case invalid
    /// It cannot be acted upon now, and should be told again.
    case notNow = "not_now"
}
