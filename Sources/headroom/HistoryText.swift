// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials
import Journal
import Units

/// The history as a person reads it: a line for each entry where there is room, else its sentence below.
struct HistoryText {
    let document: HistoryDocument
    let terminal: Terminal

    /// Columns that a sentence has beside the rest at least; where there are fewer it stands below.
    private static let sentence = 60
    private static let indent = "    "

    init(_ document: HistoryDocument, for terminal: Terminal) {
        self.document = document
        self.terminal = terminal
    }

    var text: String {
        if let verification = document.verification { return told(verification) }
        if document.entries.isEmpty { return "nothing is told of that\n" }
        // What stands beside the sentences, each line filled up to where these begin.
        let room = max(terminal.width - HistoryText.sentence, 40)
        let headings = lines(for: Terminal(width: room, isTerminal: terminal.isTerminal, hasColour: terminal.hasColour))
        let place = (lines(for: Terminal(width: room)).first?.count ?? 0) - HistoryText.title.count
        guard terminal.width - place >= HistoryText.sentence else { return below }
        var all = headings.prefix(1).map { $0 }
        for (heading, entry) in zip(headings.dropFirst(), document.entries) {
            let parts = entry.text.printable.wrapped(to: terminal.width - place)
            all.append(heading + (parts.first ?? ""))
            all += parts.dropFirst().map { String(repeating: " ", count: place) + $0 }
        }
        return all.map { $0 + "\n" }.joined()
    }

    private var below: String {
        let headings = lines(for: terminal)
        var all = headings.prefix(1).map { $0 }
        for (heading, entry) in zip(headings.dropFirst(), document.entries) {
            all.append(heading)
            all += entry.text.printable.wrapped(to: terminal.width - HistoryText.indent.count).map { HistoryText.indent + $0 }
        }
        return all.map { $0 + "\n" }.joined()
    }

    private static let title = "TEXT"

    /// All but the sentences.
    private func lines(for terminal: Terminal) -> [String] {
        var table = Table(columns: [
            .init(title: "TIME", least: 20), .init(title: "WHAT", least: 18), .init(title: "VOLUME", least: 16),
            .init(title: "BY", least: 12), .init(title: HistoryText.title),
        ])
        table.rows = document.entries.map { entry in
            [
                .init(moment(entry.time)), .init(what(entry), colour(entry)), .init(subject(entry)), .init(author(entry)),
                .init(""),
            ]
        }
        return table.rendered(for: terminal).split(separator: "\n").map { String($0) }
    }

    private func moment(_ date: Date) -> String { WallTime(seconds: date.timeIntervalSince1970).iso8601Seconds }

    private func what(_ entry: HistoryEntryDocument) -> String {
        switch entry.kind {
        case .growth: entry.runway == true ? "runway \(entry.event)" : "growth \(entry.event)"
        case .decision: entry.event.replacing("_", with: " ")
        case .override: "\(entry.override?.kind.rawValue.replacing("_", with: "-") ?? "override") \(entry.event)"
        case .alert: "alert \(entry.event)"
        }
    }

    private func colour(_ entry: HistoryEntryDocument) -> Terminal.Colour? {
        switch entry.event {
        case "done", "content": .green
        case "failed", "interrupted": .red
        case "refused": .yellow
        default: nil
        }
    }

    private func subject(_ entry: HistoryEntryDocument) -> String {
        if let name = entry.container?.name ?? entry.volume { return name }
        return entry.pool.map { "pool \($0)" } ?? (entry.kind == .override ? "all" : "-")
    }

    private func author(_ entry: HistoryEntryDocument) -> String {
        entry.source == .rules ? entry.author : "\(entry.author) (\(entry.source.rawValue))"
    }

    private func told(_ found: HistoryVerificationDocument) -> String {
        var lines: [String] = []
        let isWhole = found.fault == nil
        if let first = found.first, let last = found.last {
            let which = isWhole ? "all are" : "those before the fault are"
            lines.append("\(found.entries) entries from \(moment(first)) to \(moment(last)): \(which) as they were written")
        } else {
            lines.append(isWhole ? "there are no entries" : "no entry is as it was written")
        }
        if let id = found.newestId, let hash = found.newestHash { lines.append("the newest is \(id), its hash \(hash)") }
        if found.gone > 0 { lines.append("\(found.gone) older ones are gone, by their number or age") }
        return lines.map { $0 + "\n" }.joined()
    }
}
