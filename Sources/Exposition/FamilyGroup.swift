// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Families that are asked for together: the word in `?collect[]=` and `?exclude[]=`, and a heading of docs/metrics.md.
/// In the order in which they are written.
public enum FamilyGroup: String, CaseIterable, Hashable, Sendable {
    case daemon, pools, volumes, filesystems, growths, overrides, requests, notifications, process

    /// Whether it comes from a report, so that it is the same for every scrape between two reports.
    public var isOfReport: Bool {
        switch self {
        case .daemon, .pools, .volumes, .filesystems, .growths, .overrides: true
        case .requests, .notifications, .process: false
        }
    }

    public var families: [MetricFamily] {
        switch self {
        case .daemon: MetricFamily.daemon
        case .pools: MetricFamily.pools + MetricFamily.poolPolicy
        case .volumes: MetricFamily.volumes
        case .filesystems: MetricFamily.filesystems
        case .growths: MetricFamily.growths
        case .overrides: MetricFamily.overrides
        case .requests: MetricFamily.requests
        case .notifications: MetricFamily.notifications
        case .process: MetricFamily.process
        }
    }
}
