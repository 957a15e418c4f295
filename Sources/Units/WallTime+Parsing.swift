// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

extension WallTime {
    /// Reads a moment as RFC 3339 has it, to any fraction of a second: `2026-01-31T12:00:00.123456789+02:00`. Nil for anything
    /// else, and before 1970.
    public init?(rfc3339 text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ digits: Int, _ range: ClosedRange<Int32>) -> Int32? {
            let part = rest.prefix(digits)
            rest = rest.dropFirst(digits)
            guard part.count == digits, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            let value = part.reduce(Int32(0)) { $0 * 10 + Int32($1 - 0x30) }
            return range.contains(value) ? value : nil
        }
        func next(_ bytes: UInt8...) -> Bool { rest.popFirst().map(bytes.contains) ?? false }
        let (dash, colon) = (UInt8(ascii: "-"), UInt8(ascii: ":"))
        guard
            let year = number(4, 1970...9999), next(dash), let month = number(2, 1...12), next(dash), let day = number(2, 1...31),
            next(UInt8(ascii: "T"), UInt8(ascii: "t")), let hour = number(2, 0...23), next(colon),
            let minute = number(2, 0...59), next(colon), let second = number(2, 0...60)
        else { return nil }
        var fraction = 0.0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(1 + digits.count)
            guard !digits.isEmpty, let value = Double("0." + String(decoding: digits, as: UTF8.self)) else { return nil }
            fraction = value
        }
        var offset: Int32 = 0
        switch rest.popFirst() {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): break
        case UInt8(ascii: "+"):
            guard let hours = number(2, 0...23), next(colon), let minutes = number(2, 0...59) else { return nil }
            offset = hours * 3600 + minutes * 60
        case dash:
            guard let hours = number(2, 0...23), next(colon), let minutes = number(2, 0...59) else { return nil }
            offset = -(hours * 3600 + minutes * 60)
        default: return nil
        }
        guard rest.isEmpty else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (year - 1900, month - 1, day)
        let midnight = timegm(&parts)
        // The 31st of April would be taken for the first of May.
        guard parts.tm_mday == day else { return nil }
        let ofDay = hour * 3600 + minute * 60 + second
        self.init(seconds: Double(midnight) + Double(ofDay - offset) + fraction)
        guard seconds >= 0 else { return nil }
    }
}
