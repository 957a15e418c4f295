// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import FoundationEssentials
import Inventory
public import Policy

/// Pools and volumes at a glance: what `/api/v1/status` answers and `headroom status` shows.
public struct StatusDocument: Codable, Hashable, Sendable {
    public var version: String
    /// `linux`, or `simulated`.
    public var hostKind: String
    public var mode: Mode
    public var startedAt: Date
    public var poll: Poll
    public var configuration: Configuration
    public var pools: [PoolDocument]
    public var volumes: [VolumeDocument]
    /// What people and alerts have set against the rules, in order of precedence.
    public var overrides: [OverrideDocument]
    /// Growths under way.
    public var growing: [OrderDocument]
    /// The last growths, newest last.
    public var recentGrowths: [GrowthDocument]

    public struct Poll: Codable, Hashable, Sendable {
        /// When the last look at the whole host that succeeded began; absent before the first.
        public var lastSuccess: Date?
        public var lastSucceeded: Bool
        public var lastError: String?
    }

    public struct Configuration: Codable, Hashable, Sendable {
        /// Absent when there is no file and the defaults hold.
        public var file: String?
        public var lastReloadSucceeded: Bool
        public var lastError: String?
    }

    public init(_ report: Report) {
        let scene = Scene(report)
        version = report.version
        hostKind = report.hostKind
        mode = report.mode
        startedAt = Date(report.startedAt)
        poll = Poll(
            lastSuccess: report.polls.lastSuccess.map { Date($0) }, lastSucceeded: report.polls.lastSucceeded,
            lastError: report.polls.lastError)
        configuration = Configuration(
            file: report.configuration.file, lastReloadSucceeded: report.configuration.lastReloadSucceeded,
            lastError: report.configuration.lastError)
        pools = scene.pools.map { PoolDocument($0, growths: report.growths.byPool[$0.pool.name]) }
        volumes = scene.volumes.map { VolumeDocument($0) }
        overrides = report.overrides.map { OverrideDocument($0) }
        growing = report.growths.running.map { OrderDocument($0) }
        recentGrowths = report.growths.recent.map { GrowthDocument($0) }
    }
}
