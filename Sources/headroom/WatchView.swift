// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials

/// What `status --watch` shows, as lines for a terminal of a size: trouble first, in words; then pools, volumes, and what was done lately.
/// A pure function of what is known and the moment.
struct WatchView {
    private let input: WatchInput
    private let choice: WatchChoice
    private let width: Int
    private let height: Int
    private let glyphs: WatchGlyphs

    init(_ input: WatchInput, choice: WatchChoice = WatchChoice(), width: Int, height: Int, glyphs: WatchGlyphs = .unicode) {
        self.input = input
        self.choice = choice
        self.width = max(width, 1)
        self.height = max(height, 1)
        self.glyphs = glyphs
    }

    struct Frame {
        /// At most as many as the terminal has, none wider.
        var lines: [PaintedLine]
        /// How many volumes may be skipped at most, and how many are on a page.
        var skippable = 0
        var page = 1
    }

    var frame: Frame {
        let head = heading.map { $0.fitted(to: width) }
        guard let status = input.status else { return Frame(lines: Array((head + silence).prefix(height))) }
        let foot = height >= 10 ? [footer(status).fitted(to: width)] : []
        let blank = height >= 20 ? 1 : 0
        let troubles = WatchTroubles(WatchTrouble.all(in: input), width: width, glyphs: glyphs)
        let pools = WatchPools(status.pools, width: width, glyphs: glyphs)
        let volumes = WatchVolumes(status, order: choice.order, now: input.now, width: width, glyphs: glyphs)
        let events = WatchEvents(input, width: width, glyphs: glyphs)
        let silent = silence
        let room = height - head.count - silent.count - foot.count - 3 * blank
        let shares = WatchView.shares(
            of: max(room, 0), troubles: troubles.wanted, pools: status.pools.count + 1, volumes: status.volumes.count + 2,
            events: events.events.count + 1)
        var sections = [
            troubles.lines(most: shares.troubles), pools.lines(most: shares.pools),
            volumes.lines(most: shares.volumes, skipping: choice.skipped), events.lines(most: shares.events),
        ]
        // What is not known any more is not to look as if it were.
        if input.problem != nil { sections = sections.map { $0.map { $0.painted(.dim) } } }
        var lines = head + silent
        for (index, section) in sections.enumerated() where !section.isEmpty {
            if blank == 1, index > 0 { lines.append(PaintedLine()) }
            lines += section
        }
        lines = Array(lines.prefix(height - foot.count))
        lines += Array(repeating: PaintedLine(), count: height - foot.count - lines.count)
        return Frame(
            lines: lines + foot, skippable: volumes.skippable(most: shares.volumes), page: max(shares.volumes - 2, 1))
    }

    /// Who gets how many lines. Everybody gets some; trouble comes first, and volumes get what is left.
    private static func shares(
        of room: Int, troubles: Int, pools: Int, volumes: Int, events: Int
    ) -> (troubles: Int, pools: Int, volumes: Int, events: Int) {
        let wanted = [troubles, pools, volumes, events]
        var given = [0, 0, 0, 0]
        var left = room
        func give(_ section: Int, upTo most: Int) {
            let more = max(min(most, wanted[section], given[section] + left) - given[section], 0)
            given[section] += more
            left -= more
        }
        give(0, upTo: max(room / 3, 2))
        give(1, upTo: 3)
        give(2, upTo: 4)
        give(3, upTo: 4)
        give(0, upTo: room / 2)
        give(1, upTo: max(room / 4, 3))
        give(3, upTo: 7)
        give(2, upTo: .max)
        for section in [3, 0, 1] { give(section, upTo: .max) }
        return (given[0], given[1], given[2], given[3])
    }

    private var heading: [PaintedLine] {
        var line = PaintedLine("Headroom", .bold)
        if let status = input.status {
            line.add("  ")
            add(modeOf: status, to: &line)
            if status.hostKind != "linux" { line.add("  \(status.hostKind.uppercased()) HOST", .yellow) }
            if let looked = status.poll.lastSuccess {
                let age = max(input.now.timeIntervalSince(looked), 0)
                line.add("  looked \(WatchWords.span(age)) ago", age > 60 ? .yellow : nil)
            } else {
                line.add("  not looked yet", .yellow)
            }
        }
        return [line]
    }

    /// What it may do to this host: the mode, and the rules that say otherwise.
    private func add(modeOf status: StatusDocument, to line: inout PaintedLine) {
        let enforced = status.volumes.count { $0.mode == .enforce }
        if status.mode == .enforce {
            line.add("enforce: grows what needs it")
        } else if enforced > 0 {
            line.add("observe, but enforce for \(WatchWords.count(enforced, "volume"))", .yellow)
        } else {
            line.add("observe: changes nothing", .yellow)
        }
    }

    /// Where the daemon does not answer: that, and what to do.
    private var silence: [PaintedLine] {
        guard let problem = input.problem else {
            return input.status == nil ? [PaintedLine("asking the daemon ...".beginning(columns: width))] : []
        }
        let since = input.answeredAt.map { " for \(WatchWords.age(of: $0, at: input.now))" } ?? ""
        var lines = "!! THE DAEMON DOES NOT ANSWER\(since)".wrapped(to: width).map { PaintedLine($0, .red) }
        lines += problem.printable.wrapped(to: max(width - 3, 2)).map { PaintedLine("   \($0)").fitted(to: width) }
        if input.status != nil {
            lines += "What follows is old.".wrapped(to: max(width - 3, 2)).map { PaintedLine("   \($0)").fitted(to: width) }
        }
        return lines
    }

    private func footer(_ status: StatusDocument) -> PaintedLine {
        var line = PaintedLine("q", .bold)
        line.add(" quit  ")
        line.add("up down", .bold)
        line.add(" volumes  ")
        line.add("s", .bold)
        line.add(" sort")
        let standing = status.overrides.count
        if standing > 0, width >= 60 {
            line.add("   \(WatchWords.count(standing, "override")) set: `headroom overrides`", .yellow)
        }
        return line
    }
}
