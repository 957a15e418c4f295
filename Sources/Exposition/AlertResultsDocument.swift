// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import Policy

/// What came of the alerts of a notification.
public struct AlertResultsDocument: Codable, Hashable, Sendable {
    public struct Entry: Codable, Hashable, Sendable {
        /// Absent for what is no alert.
        public var alertname: String?
        public var fingerprint: String?
        public var result: AlertResult
        /// For people: what was set, or why nothing was.
        public var text: String
        /// What was set, or lifted.
        public var override: OverrideDocument?
    }

    /// In the order of the notification.
    public var alerts: [Entry]
    /// How many were left out.
    public var truncated: UInt64

    public init(_ alerts: some Sequence<(Alert?, AlertAnswer)>, truncated: UInt64) {
        self.alerts = alerts.map { alert, answer in
            Entry(
                alertname: alert?.labels["alertname"], fingerprint: alert?.key.fingerprint, result: answer.result,
                text: answer.text, override: answer.override.map { OverrideDocument($0) })
        }
        self.truncated = truncated
    }
}
