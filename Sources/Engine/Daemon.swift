// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Journal
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

    /// Sets an override; it holds when this returns.
    func override(_ request: OverrideRequest) async -> OverrideAnswer

    /// Takes overrides away.
    func lift(_ request: LiftRequest) async -> OverrideAnswer

    /// Acts upon alerts as the rules say; the answers are in their order.
    func receive(_ delivery: AlertDelivery) async -> [AlertAnswer]

    /// Somebody has sent what cannot be read as alerts.
    func noteUnreadableAlerts(_ complaint: String) async

    /// What happened, oldest first: the newest that fit the query. Nothing where nothing is kept.
    func history(_ query: HistoryQuery) async throws(JournalError) -> [HistoryRecord]

    /// Whether the history is as it was written.
    func verifyHistory() async throws(JournalError) -> HistoryVerification

    /// Does `work` unless the same `request` was done under this key within a day.
    func once(
        _ key: String, request: String, _ work: @Sendable () async -> JournaledAnswer.Answer
    ) async -> OnceAnswer
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
    /// Into the pool's reserve, if need be: then with a reason.
    public var exceedsReserve: Bool
    /// Not now, but as the rules want it within this time, up to the size that is asked for. Only with `exceedsReserve`.
    public var lasting: Duration?
    public var asked: Asked?

    public init(
        volume: String, to: Bytes? = nil, by: Bytes? = nil, dryRun: Bool = false, exceedsReserve: Bool = false,
        lasting: Duration? = nil, asked: Asked? = nil
    ) {
        self.volume = volume
        self.to = to
        self.by = by
        self.dryRun = dryRun
        self.exceedsReserve = exceedsReserve
        self.lasting = lasting
        self.asked = asked
    }
}

/// How a manual growth ended.
public enum GrowAnswer: Sendable, Hashable {
    /// What would be done.
    case planned(Order)
    case done(FinishedGrowth)
    /// Growth into the reserve is allowed for a time.
    case permitted(OverrideChange)
    /// Nothing was changed.
    case refused(Refusal)
    /// It was begun and did not succeed: the step, what happened, and what to do.
    case failed(String)
    /// No volume, or more than one, is called so.
    case unknown(String)
    /// It cannot be meant so.
    case invalid(String, hint: String)
}
