// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Sizes as people write them: `42GiB`, `42G` (the same), `1.5TiB`, or a bare number of bytes. Always binary.
extension Bytes: LosslessStringConvertible {
    private static let suffixes: [(letter: String, power: UInt64)] = [
        ("E", 60), ("P", 50), ("T", 40), ("G", 30), ("M", 20), ("K", 10),
    ]

    /// Reads a size. Nil when it is none: a sign, an unknown suffix, no digits, a fraction of a byte, beyond 2⁶⁴ − 1.
    public init?(_ text: String) {
        let lowered = text.trimmed().lowercased()
        let digits = lowered.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let suffix = lowered.dropFirst(digits.count).drop { $0 == " " }
        guard let power = Bytes.power(ofSuffix: String(suffix)) else { return nil }
        if let whole = UInt64(digits) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: 1 << power)
            if overflow { return nil }
            self.init(product)
            return
        }
        guard power > 0, digits.first != ".", digits.last != ".", let fraction = Double(digits) else { return nil }
        let bytes = (fraction * Double(UInt64(1) << power)).rounded()
        guard bytes.isFinite, bytes >= 0, bytes < 0x1p64 else { return nil }
        self.init(UInt64(bytes))
    }

    private static func power(ofSuffix suffix: String) -> UInt64? {
        if suffix.isEmpty || suffix == "b" { return 0 }
        for (letter, power) in suffixes {
            let letter = letter.lowercased()
            if suffix == letter || suffix == letter + "i" || suffix == letter + "ib" { return power }
        }
        return nil
    }

    /// The shortest exact or three-digit form: `256MiB`, `1.5GiB`, `312B`.
    public var description: String {
        for (letter, power) in Bytes.suffixes {
            let unit = UInt64(1) << power
            guard count >= unit else { continue }
            if count % unit == 0 { return "\(count / unit)\(letter)iB" }
            let value = Double(count) / Double(unit)
            let decimals = value < 10 ? 2 : value < 100 ? 1 : 0
            return value.text(decimals: decimals) + "\(letter)iB"
        }
        return "\(count)B"
    }
}

extension String {
    /// Without the spaces and tabs around it.
    package func trimmed() -> String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        return String(drop(while: blank).reversed().drop(while: blank).reversed())
    }
}

extension Double {
    /// With at most so many decimals (0 ... 9), rounded; trailing zeros are dropped.
    public func text(decimals: Int) -> String {
        guard isFinite else { return "\(self)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        let rounded = (self * scale).rounded() / scale
        if rounded == rounded.rounded(), abs(rounded) < 1e15 { return "\(Int64(rounded))" }
        return "\(rounded)"
    }
}
