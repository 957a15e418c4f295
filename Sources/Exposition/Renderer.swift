// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine

/// Makes the text that Prometheus scrapes, once for each report however often it is asked for.
public struct Renderer: Sendable {
    /// Of the text format 0.0.4.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private var writer = TextWriter()
    private var rendered: Report?

    public init() {}

    /// What was rendered last: UTF-8.
    public var text: [UInt8] { writer.bytes }

    /// Renders `report`, unless it is what was rendered last. Says whether the text is a new one.
    /// Two reports that share their storage are told alike at once.
    public mutating func update(to report: Report) -> Bool {
        if rendered == report { return false }
        rendered = nil
        writer.clear()
        writer.write(Scene(report))
        rendered = report
        return true
    }

    /// The families about this process, for every scrape anew.
    public static func text(of figures: ProcessFigures) -> [UInt8] {
        var writer = TextWriter()
        writer.write(figures)
        return writer.bytes
    }

    /// The families about telling Alertmanagers, for every scrape anew.
    public static func text(of figures: NotificationFigures) -> [UInt8] {
        var writer = TextWriter()
        writer.write(figures)
        return writer.bytes
    }

    /// The families about requests over the network, for every scrape anew.
    public static func text(of figures: RequestFigures) -> [UInt8] {
        var writer = TextWriter()
        writer.write(figures)
        return writer.bytes
    }
}
