// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials
import Units

/// What was done and decided last, the newest first, with how long ago.
struct WatchEvents {
    struct Event: Hashable {
        var moment: Date
        var subject: String
        var words: String
        var colour: Terminal.Colour?
    }

    let events: [Event]
    let now: Date
    let width: Int
    let glyphs: WatchGlyphs

    init(_ input: WatchInput, width: Int, glyphs: WatchGlyphs) {
        now = input.now
        self.width = width
        self.glyphs = glyphs
        let volumes = input.status?.volumes ?? []
        let titles = Dictionary(volumes.map { ($0.name, $0.title) }) { first, _ in first }
        // Without a journal (a simulated host has none) the daemon still tells its last growths.
        let told =
            input.history.isEmpty
            ? (input.status?.recentGrowths ?? []).map { Event($0, titles: titles) }
            : input.history.compactMap { Event($0, titles: titles) }
        events = told.reversed()
    }

    func lines(most: Int) -> [PaintedLine] {
        guard most > 0 else { return [] }
        let title = PaintedLine(events.isEmpty ? "nothing was grown or decided lately" : "LATELY", .bold)
        return [title.fitted(to: width)] + events.prefix(most - 1).map { line($0) }
    }

    private func line(_ event: Event) -> PaintedLine {
        let age = "\(WatchWords.age(of: event.moment, at: now)) ago"
        let subject = event.subject.cut(to: max(width / 3, 8), ellipsis: glyphs.ellipsis)
        var line = PaintedLine(String(repeating: " ", count: max(12 - age.columns, 0)) + age + "  ")
        line.add(subject, .bold)
        let room = max(width - line.columns - 2, 0)
        line.add("  " + event.words.clipped(to: room, ellipsis: glyphs.ellipsis), event.colour)
        return line.fitted(to: width)
    }
}

extension WatchEvents.Event {
    init(_ growth: GrowthDocument, titles: [String: String]) {
        let order = growth.order
        let sizes = "\(Bytes(order.fromBytes)) -> \(Bytes(growth.failure == nil ? growth.reachedBytes : order.toBytes))"
        let why = order.asked.map { "asked for by \($0.author)" } ?? WatchWords.need(order.need.rawValue)
        self.init(
            moment: growth.finishedAt, subject: titles[order.volume] ?? order.volume.printable,
            words: (growth.failure.map { "FAILED \(sizes): \($0)" } ?? "grew \(sizes), \(why)").printable,
            colour: growth.failure == nil ? .green : .red)
    }

    /// Nil for what only says that another entry follows, or that a device is longer than it need be.
    init?(_ entry: HistoryEntryDocument, titles: [String: String]) {
        let name = entry.container?.name ?? entry.volume.map { titles[$0] ?? $0 }
        let subject = name ?? entry.pool.map { "pool \($0)" } ?? "all"
        var words = entry.text
        var colour: Terminal.Colour?
        switch (entry.kind, entry.event) {
        case (.growth, "done"):
            if entry.runway == true { return nil }
            if let before = entry.beforeBytes, let after = entry.afterBytes {
                let why = entry.source == .rules ? entry.reason.map(WatchWords.need) : "asked for by \(entry.author)"
                words = "grew \(Bytes(before)) -> \(Bytes(after))" + (why.map { ", \($0)" } ?? "")
            }
            colour = .green
        case (.growth, _): colour = .red
        case (.decision, "grow"): return nil
        case (.decision, "refused"): colour = .red
        case (.decision, _): break
        case (.override, _), (.alert, _): words += ", by \(entry.author)"
        }
        self.init(moment: entry.time, subject: subject.printable, words: words.printable, colour: colour)
    }
}

extension String {
    /// Its beginning with a sign that more was there, if it is wider than this.
    func clipped(to width: Int, ellipsis: String) -> String {
        guard columns > width else { return self }
        return beginning(columns: max(width - ellipsis.columns, 0)) + (width >= ellipsis.columns ? ellipsis : "")
    }
}
