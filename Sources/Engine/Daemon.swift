// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy
public import Units

/// What the server may ask of the running engine. The engine answers these without waiting for the host, but for `grow`.
public protocol Daemon: Sendable {
    /// The latest report, at once.
    func report() -> Report

    /// Reads the configuration file again. The text says what is wrong, with line and column; the old rules then stay.
    func reload() async throws(ReloadError)

    /// A manual growth: looks, decides as for this wish alone, and carries it out unless `dryRun`.
    func grow(_ request: GrowRequest) async -> GrowAnswer
}

public struct ReloadError: Error, Sendable, Hashable {
    public var text: String
    public init(text: String) { self.text = text }
}

/// A wish by a person: exactly one of `to` and `by`.
public struct GrowRequest: Sendable, Hashable, Codable {
    /// A volume name, a container id (or a unique prefix of it), or a container name.
    public var volume: String
    public var to: Bytes?
    public var by: Bytes?
    public var dryRun: Bool

    public init(volume: String, to: Bytes? = nil, by: Bytes? = nil, dryRun: Bool = false) {
        self.volume = volume
        self.to = to
        self.by = by
        self.dryRun = dryRun
    }
}

/// How a manual growth ended.
public enum GrowAnswer: Sendable, Hashable, Codable {
    /// What would be done.
    case planned(Order)
    case done(FinishedGrowth)
    /// Nothing was changed.
    case refused(Refusal)
    /// It was begun and did not succeed: the step, what happened, and what to do.
    case failed(String)
    /// No volume, or more than one, is called so.
    case unknown(String)
}
