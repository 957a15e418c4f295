// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy

/// What every request that was not answered as asked gets: what is wrong, and what to do.
public struct ErrorDocument: Codable, Hashable, Sendable {
    public var error: String
    public var hint: String
    /// The word for it in metrics, when the policy refused something.
    public var reason: Refusal.Reason?

    public init(error: String, hint: String, reason: Refusal.Reason? = nil) {
        self.error = error
        self.hint = hint
        self.reason = reason
    }

    public init(_ refusal: Refusal) {
        self.init(error: refusal.text, hint: refusal.hint, reason: refusal.reason)
    }
}
