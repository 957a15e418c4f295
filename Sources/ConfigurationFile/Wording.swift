// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// Which shares a key takes.
enum ShareRange {
    case aboveZeroToOne, zeroToBelowOne, aboveZero

    func contains(_ ratio: Ratio) -> Bool {
        switch self {
        case .aboveZeroToOne: ratio > .zero && ratio <= .one
        case .zeroToBelowOne: ratio < .one
        case .aboveZero: ratio > .zero
        }
    }

    var text: String {
        switch self {
        case .aboveZeroToOne: "above 0 and at most 100%"
        case .zeroToBelowOne: "at least 0 and below 100%"
        case .aboveZero: "above 0"
        }
    }
}

/// How numbers are written, and what was meant by one that is written otherwise.
enum Wording {
    /// Digits, perhaps with a point among them: no sign, no exponent, no hexadecimal.
    static func number(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }) else { return nil }
        guard text.first != ".", text.last != ".", let number = Double(text), number.isFinite else { return nil }
        return number
    }

    /// `40GB`, `40 gigabytes` -> `40GiB`.
    static func size(meantBy text: String) -> String? {
        let (digits, unit) = split(text)
        guard let letter = unit.first?.uppercased(), "KMGTPE".contains(letter), Bytes(digits + letter) != nil else { return nil }
        return digits + letter + "iB"
    }

    /// `15`, `15 sec`, `2 hours` -> `15s`, `15s`, `2h`.
    static func duration(meantBy text: String) -> String? {
        let (digits, unit) = split(text)
        let short: String
        switch unit.lowercased() {
        case "ms", "msec", "millis", "millisecond", "milliseconds": short = "ms"
        case "", "s", "sec", "secs", "second", "seconds": short = "s"
        case "m", "min", "mins", "minute", "minutes": short = "m"
        case "h", "hr", "hrs", "hour", "hours": short = "h"
        case "d", "day", "days": short = "d"
        default: return nil
        }
        return Duration(text: digits + short) == nil ? nil : digits + short
    }

    private static func split(_ text: String) -> (digits: String, unit: String) {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        return (String(digits), String(text.dropFirst(digits.count)).trimmed())
    }
}
