// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials

/// What is known at a moment, and what `status --watch` shows of it.
struct WatchInput: Sendable {
    /// The daemon's last answer; nil before the first.
    var status: StatusDocument?
    /// When that came.
    var answeredAt: Date?
    /// The last entries, oldest first; empty where the daemon keeps none.
    var history: [HistoryEntryDocument] = []
    /// Why the last question was not answered.
    var problem: String?
    var now: Date
}

/// What the person at the keys has chosen to see.
struct WatchChoice: Hashable, Sendable {
    enum Order: String, CaseIterable, Sendable {
        case trouble, used, name
    }

    var order = Order.trouble
    /// Volumes that are left out at the top of their list.
    var skipped = 0

    /// False when it is to end.
    mutating func takes(_ key: WatchKey, page: Int) -> Bool {
        switch key {
        case .quit: return false
        case .up: skipped -= 1
        case .down: skipped += 1
        case .pageUp: skipped -= page
        case .pageDown: skipped += page
        case .top: skipped = 0
        case .order:
            let all = Order.allCases
            order = all[((all.firstIndex(of: order) ?? 0) + 1) % all.count]
            skipped = 0
        case .suspend, .other: break
        }
        skipped = max(skipped, 0)
        return true
    }
}

enum WatchKey: Hashable, Sendable {
    case quit, up, down, pageUp, pageDown, top, order, suspend, other

    /// What a terminal sends for some keys, one after the other. An escape alone is told from an arrow by what comes with it.
    static func keys(in bytes: [UInt8]) -> [WatchKey] {
        var rest = bytes[...]
        var keys: [WatchKey] = []
        while let first = rest.popFirst() {
            if first == 0x1B, let next = rest.first, next == UInt8(ascii: "[") || next == UInt8(ascii: "O") {
                rest = rest.dropFirst()
                let parameters = rest.prefix { !(0x40...0x7E).contains($0) }
                rest = rest.dropFirst(parameters.count)
                keys.append(sequence(parameters, rest.popFirst()))
            } else {
                keys.append(key(first))
            }
        }
        return keys
    }

    private static func sequence(_ parameters: ArraySlice<UInt8>, _ last: UInt8?) -> WatchKey {
        switch (last.map { Character(Unicode.Scalar($0)) }, String(decoding: parameters, as: UTF8.self)) {
        case ("A", _): .up
        case ("B", _): .down
        case ("H", _), ("~", "1"), ("~", "7"): .top
        case ("~", "5"): .pageUp
        case ("~", "6"): .pageDown
        default: .other
        }
    }

    private static func key(_ byte: UInt8) -> WatchKey {
        switch byte {
        // Control-C, Control-D, and Control-Z.
        case 3, 4: .quit
        case 26: .suspend
        default:
            switch Character(Unicode.Scalar(byte)) {
            case "q", "Q": .quit
            case "k": .up
            case "j": .down
            case "b": .pageUp
            case " ", "f": .pageDown
            case "g": .top
            case "s": .order
            default: .other
            }
        }
    }
}

/// What lines are drawn with: what the terminal's character set has.
struct WatchGlyphs: Hashable, Sendable {
    var full: Character
    var empty: Character
    var ellipsis: String

    static let unicode = WatchGlyphs(full: "█", empty: "░", ellipsis: "…")
    static let ascii = WatchGlyphs(full: "#", empty: ".", ellipsis: "~")

    /// So many columns, of which this share is full. A little is never shown as nothing, and not quite all never as all.
    func bar(_ share: Double, columns: Int) -> String {
        guard columns > 1, share.isFinite else { return String(repeating: empty, count: max(columns, 0)) }
        let nearest = Int((min(max(share, 0), 1) * Double(columns)).rounded())
        let filled = share <= 0 ? 0 : share >= 1 ? columns : min(max(nearest, 1), columns - 1)
        return String(repeating: full, count: filled) + String(repeating: empty, count: columns - filled)
    }
}
