// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import Units

/// Writes the metrics of a report, a group at a time.
public struct Renderer: Sendable {
    private let scene: Scene

    public init(_ report: Report) { scene = Scene(report) }

    /// What the report tells of a group: UTF-8, whole families. Nothing for one that does not come from reports.
    public func text(of group: FamilyGroup, as form: TextForm) -> [UInt8] {
        switch form {
        case .prometheus: text(of: group, by: TextWriter())
        case .openMetrics: text(of: group, by: OpenMetricsWriter(countingSince: scene.report.startedAt))
        }
    }

    /// What changes from scrape to scrape, and the end of the text.
    ///
    /// - Parameter startedAt: since when the daemon counts.
    public static func text(of figures: ScrapeFigures, as form: TextForm, startedAt: WallTime) -> [UInt8] {
        switch form {
        case .prometheus: text(of: figures, by: TextWriter())
        case .openMetrics: text(of: figures, by: OpenMetricsWriter(countingSince: startedAt)) + OpenMetricsWriter.end
        }
    }

    // Generic, not by an existential: the loop over all volumes is made for each writer.

    private func text(of group: FamilyGroup, by writer: some MetricWriter) -> [UInt8] {
        var writer = writer
        writer.write(group.families, scene)
        return writer.bytes
    }

    private static func text(of figures: ScrapeFigures, by writer: some MetricWriter) -> [UInt8] {
        var writer = writer
        writer.write(figures)
        return writer.bytes
    }
}

/// What changes from scrape to scrape. What was not asked for is left out.
public struct ScrapeFigures: Hashable, Sendable {
    public var requests: RequestFigures?
    public var notifications: NotificationFigures?
    public var process: ProcessFigures?

    public init(
        requests: RequestFigures? = nil, notifications: NotificationFigures? = nil, process: ProcessFigures? = nil
    ) {
        self.requests = requests
        self.notifications = notifications
        self.process = process
    }
}
