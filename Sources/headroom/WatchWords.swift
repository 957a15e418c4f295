// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials
import Units

/// How figures are said to a person.
enum WatchWords {
    /// `40 s`, `12 min`, `3.5 h`, `9 d`: near enough to act upon.
    static func span(_ seconds: Double) -> String {
        switch max(seconds, 0) {
        case ..<90: "\(Int(max(seconds, 0))) s"
        case ..<5400: "\(Int((seconds / 60).rounded())) min"
        case ..<36_000: (seconds / 3600).text(decimals: 1) + " h"
        case ..<129_600: "\(Int((seconds / 3600).rounded())) h"
        case ..<31_536_000: "\(Int((seconds / 86_400).rounded())) d"
        default: "over a year"
        }
    }

    static func age(of moment: Date, at now: Date) -> String { span(now.timeIntervalSince(moment)) }

    static func size(_ bytes: UInt64?) -> String { bytes.map { Bytes($0).description } ?? "-" }

    static func share(_ part: UInt64?, of whole: UInt64?) -> Double? {
        guard let part, let whole, whole > 0 else { return nil }
        return Double(part) / Double(whole)
    }

    /// Rounded down: 99.6 % is not full.
    static func percent(_ share: Double?) -> String { share.map { "\(Int(min(max($0, 0), 99) * 100 + 1e-9))%" } ?? "-" }

    /// `1 pool`, `2 pools`.
    static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

    static func reason(_ refusal: RefusalDocument?) -> String { (refusal?.reason.rawValue ?? "").replacing("_", with: " ") }

    static func need(_ need: String) -> String {
        switch need {
        case "burst": "room for a burst"
        case "manual": "asked for"
        case "broken": "it had come back too short"
        default: need.replacing("_", with: " ")
        }
    }
}

extension VolumeDocument {
    /// What people call it: its container, else LVM's name, else the device's.
    var title: String { (container?.name ?? logicalVolume ?? name).printable }
    /// A sentence about it by the name that people know; no command, since those go by the device's.
    func named(_ text: String) -> String { text.replacing(name, with: title) }
    var usedShare: Double? { WatchWords.share(filesystem?.usedBytes, of: filesystem?.sizeBytes) }
}

extension PoolDocument {
    var usedShare: Double? { WatchWords.share(dataUsedBytes, of: dataBytes) }
    var metadataShare: Double? { WatchWords.share(metadataUsedBytes, of: metadataBytes) }
}
