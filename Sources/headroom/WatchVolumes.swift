// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials

/// The volumes as rows, those that need eyes first; what does not fit is counted.
struct WatchVolumes {
    let volumes: [VolumeDocument]
    let order: WatchChoice.Order
    let width: Int
    let glyphs: WatchGlyphs
    /// Whether the names of their pools are worth a column.
    let namesPools: Bool

    init(_ status: StatusDocument, order: WatchChoice.Order, now: Date, width: Int, glyphs: WatchGlyphs) {
        self.order = order
        self.width = width
        self.glyphs = glyphs
        namesPools = status.pools.count > 1 && width >= 120
        volumes =
            switch order {
            case .trouble:
                status.volumes.map { (WatchVolumes.key($0, now), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
            case .used: status.volumes.sorted { ($1.usedShare ?? -1, $0.title) < ($0.usedShare ?? -1, $1.title) }
            case .name: status.volumes.sorted { ($0.title, $0.name) < ($1.title, $1.name) }
            }
    }

    static func colour(_ share: Double?) -> Terminal.Colour? {
        guard let share else { return nil }
        return share >= 0.9 ? .red : share >= 0.8 ? .yellow : .green
    }

    /// Lower is more urgent.
    private static func key(_ volume: VolumeDocument, _ now: Date) -> (Int, Double, String) {
        let free = 1 - (volume.usedShare ?? 0)
        let calm =
            switch volume.verdict {
            case .grow: 10
            case .wouldGrow: 11
            case .refused: 12
            case .content: 13
            case nil: 14
            case .barred: 15
            }
        let rank = volume.trouble(at: now)?.rank.rawValue ?? calm
        return (rank, volume.fullInSeconds ?? 1e9 * free, volume.title)
    }

    /// `500 volumes: 3 refused, 1 growing, 480 large enough`.
    private var summary: String {
        let verdicts: [(VerdictDocument, String)] = [
            (.refused, "refused"), (.grow, "growing"), (.wouldGrow, "would grow"), (.content, "large enough"),
            (.barred, "not grown"),
        ]
        let counts = verdicts.map { verdict, words in (words: words, count: volumes.count { $0.verdict == verdict }) }
        let told = counts.filter { $0.count > 0 }.map { "\($0.count) \($0.words)" }.joined(separator: ", ")
        return WatchWords.count(volumes.count, "volume") + (told.isEmpty ? "" : ": \(told)")
    }

    /// How many rows at the top may be left out, so that the last one is the end of the list.
    func skippable(most: Int) -> Int { max(volumes.count - max(most - 2, 1), 0) }

    /// A summary, the titles and the volumes.
    func lines(most: Int, skipping: Int) -> [PaintedLine] {
        guard most > 0 else { return [] }
        let rows = max(most - 2, 0)
        let skipped = min(skipping, skippable(most: most))
        var head = PaintedLine(summary, .bold)
        let end = min(skipped + rows, volumes.count)
        if rows > 0, end - skipped < volumes.count {
            let sorted = order == .trouble ? "" : ", by \(order == .used ? "use" : "name")"
            head.add("   \(skipped + 1) to \(end) shown\(sorted)", .dim)
        } else if order != .trouble {
            head.add("   by \(order == .used ? "use" : "name")", .dim)
        }
        guard rows > 0, !volumes.isEmpty else { return [head.fitted(to: width)] }
        return ([head] + table(volumes[skipped..<end])).map { $0.fitted(to: width) }
    }

    private func table(_ shown: ArraySlice<VolumeDocument>) -> [PaintedLine] {
        let bar = width >= 150 ? 30 : width >= 96 ? 12 : width >= 76 ? 8 : 0
        var columns: [Table.Column] = [.init(title: "VOLUME", least: 8)]
        if namesPools { columns.append(.init(title: "POOL", least: 12)) }
        if width >= 120 { columns.append(.init(title: "OWNER", least: 8)) }
        if bar > 0 { columns.append(.init(title: "USED", isNumber: true)) }
        columns.append(.init(title: bar > 0 ? "" : "USED", isNumber: true))
        if width >= 56 { columns.append(.init(title: "OF", isNumber: true)) }
        if width >= 70 { columns.append(.init(title: "FREE", isNumber: true)) }
        if width >= 44 { columns.append(.init(title: "FULL IN", isNumber: true)) }
        // Its words tell more than the middle of a name.
        columns.append(.init(title: "DECISION", least: width >= 76 ? 24 : 10))
        var table = Table(columns: columns)
        table.rows = shown.map { volume in
            let share = volume.usedShare
            var cells: [Table.Cell] = [.init(volume.title)]
            if namesPools { cells.append(.init(volume.pool)) }
            if width >= 120 { cells.append(.init([volume.owner, volume.role].compactMap(\.self).joined(separator: " "))) }
            if bar > 0 {
                cells.append(.init(share.map { glyphs.bar($0, columns: bar) } ?? "", WatchVolumes.colour(share)))
            }
            cells.append(.init(WatchWords.percent(share)))
            if width >= 56 { cells.append(.init(WatchWords.size(volume.filesystem?.sizeBytes))) }
            if width >= 70 { cells.append(.init(WatchWords.size(volume.filesystem?.availableBytes))) }
            if width >= 44 {
                let isFull = volume.filesystem?.availableBytes == 0 && volume.filesystem?.readonly != true
                let seconds = volume.fullInSeconds.map { WatchWords.span($0) }
                cells.append(isFull ? .init("now", .red) : .init(seconds ?? "-"))
            }
            cells.append(decision(volume))
            return cells
        }
        return table.lines(width: width, ellipsis: glyphs.ellipsis)
    }

    private func decision(_ volume: VolumeDocument) -> Table.Cell {
        switch volume.verdict {
        case .content: .init("large enough")
        case .grow: .init("growing to \(WatchWords.size(volume.order?.toBytes))", .yellow)
        case .wouldGrow: .init("would grow to \(WatchWords.size(volume.order?.toBytes))", .yellow)
        case .refused: .init("refused: \(WatchWords.reason(volume.refusal))", .red)
        case .barred: .init(volume.content ?? WatchWords.reason(volume.refusal), .dim)
        case nil: .init("-")
        }
    }
}
