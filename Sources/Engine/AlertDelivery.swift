// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy

/// One notification of Alertmanager.
public struct AlertDelivery: Sendable, Hashable {
    /// Nil for what is no alert.
    public var alerts: [Alert?]
    /// Who sent it may let growth go into the reserve.
    public var mayBreakGlass: Bool
    /// Say what would be, set nothing.
    public var dryRun: Bool

    public init(alerts: [Alert?], mayBreakGlass: Bool, dryRun: Bool = false) {
        self.alerts = alerts
        self.mayBreakGlass = mayBreakGlass
        self.dryRun = dryRun
    }
}

/// What came of one alert.
public struct AlertAnswer: Sendable, Hashable {
    public var result: AlertResult
    /// For people: what was set, or why nothing was.
    public var text: String
    /// What it has set, or lifted.
    public var override: Override?

    public init(_ result: AlertResult, _ text: String, override: Override? = nil) {
        self.result = result
        self.text = text
        self.override = override
    }
}
