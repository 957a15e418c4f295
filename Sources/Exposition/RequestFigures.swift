// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What became of requests over the network, for metrics that change between two reports.
public struct RequestFigures: Hashable, Sendable {
    /// Why a request was turned away.
    public enum Rejection: String, CaseIterable, Hashable, Sendable {
        /// It came without a proof of who sends it, and needs one.
        case unauthenticated
        /// Its user, password or token is wrong.
        case wrongCredentials = "wrong_credentials"
        /// Whoever sent it may not do this.
        case forbidden
        /// The rate limit of the web configuration.
        case rateLimit = "rate_limit"
        /// Too many passwords wait for their check.
        case busy
    }

    /// By the code of the answer.
    public var answered: [Int: UInt64] = [:]
    public var inFlight: UInt64 = 0
    public var rejected: [Rejection: UInt64] = [:]
    public var failedHandshakes: UInt64 = 0
    /// Whether the web configuration was good when last read. Nil: there is none.
    public var webConfigurationIsGood: Bool?

    public init() {}
}
