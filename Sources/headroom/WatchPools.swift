// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition

/// The pools as rows: how full, how much may still be granted, and when they are full.
struct WatchPools {
    let pools: [PoolDocument]
    let width: Int
    let glyphs: WatchGlyphs

    /// The fullest forecast first, then the fullest.
    init(_ pools: [PoolDocument], width: Int, glyphs: WatchGlyphs) {
        func soonest(_ pool: PoolDocument) -> Double {
            min(pool.dataFullInSeconds ?? .infinity, pool.metadataFullInSeconds ?? .infinity)
        }
        self.pools = pools.sorted {
            let (a, b) = (soonest($0), soonest($1))
            if ($0.state == "read_write") != ($1.state == "read_write") { return $0.state != "read_write" }
            return a == b ? ($0.usedShare ?? 0) > ($1.usedShare ?? 0) : a < b
        }
        self.width = width
        self.glyphs = glyphs
    }

    /// The titles, then the pools; of more than so many lines the last counts the rest.
    func lines(most: Int) -> [PaintedLine] {
        guard most > 1, !pools.isEmpty else { return [] }
        let isWhole = pools.count < most
        let shown = isWhole ? pools.count : most - 2
        var lines = table(pools.prefix(shown))
        if !isWhole { lines.append(PaintedLine("  and \(WatchWords.count(pools.count - shown, "pool")) more", .dim)) }
        return lines.map { $0.fitted(to: width) }
    }

    private func table(_ shown: ArraySlice<PoolDocument>) -> [PaintedLine] {
        let bar = width >= 150 ? 30 : width >= 96 ? 12 : width >= 76 ? 8 : 0
        let isWide = width >= 110
        var columns: [Table.Column] = [.init(title: "POOL", least: 8)]
        if bar > 0 { columns.append(.init(title: "USED", isNumber: true)) }
        columns += [.init(title: bar > 0 ? "" : "USED", isNumber: true), .init(title: "OF", isNumber: true)]
        if isWide { columns.append(.init(title: "METADATA", isNumber: true)) }
        if width >= 50 { columns.append(.init(title: "HEADROOM", isNumber: true)) }
        columns.append(.init(title: "FULL IN", least: 7))
        if isWide { columns.append(.init(title: "STATE", least: 10)) }
        var table = Table(columns: columns)
        table.rows = shown.map { pool in
            var cells: [Table.Cell] = [.init(pool.name)]
            if bar > 0 { cells.append(.init(glyphs.bar(pool.usedShare ?? 0, columns: bar), WatchVolumes.colour(pool.usedShare))) }
            cells += [.init(WatchWords.percent(pool.usedShare)), .init(WatchWords.size(pool.dataBytes))]
            if isWide { cells.append(.init(WatchWords.percent(pool.metadataShare))) }
            if width >= 50 {
                cells.append(.init(WatchWords.size(pool.headroomBytes), pool.headroomBytes == 0 ? .red : nil))
            }
            cells.append(.init(forecast(pool, isWide: isWide)))
            if isWide { cells.append(.init(state(pool), pool.state == "read_write" && !pool.suspended ? nil : .red)) }
            return cells
        }
        return table.lines(width: width, ellipsis: glyphs.ellipsis)
    }

    private func forecast(_ pool: PoolDocument, isWide: Bool) -> String {
        let data = pool.dataFullInSeconds.map { "data \(WatchWords.span($0))" }
        let metadata = pool.metadataFullInSeconds.map { "metadata \(WatchWords.span($0))" }
        let isMetadataFirst = (pool.metadataFullInSeconds ?? .infinity) < (pool.dataFullInSeconds ?? .infinity)
        let both = isMetadataFirst ? [metadata, data] : [data, metadata]
        let told = both.compactMap(\.self)
        if told.isEmpty { return "-" }
        return isWide ? told.joined(separator: ", ") : told[0]
    }

    private func state(_ pool: PoolDocument) -> String {
        pool.suspended ? "suspended" : pool.state.replacing("_", with: " ")
    }
}
