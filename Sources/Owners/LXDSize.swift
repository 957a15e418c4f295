// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// Sizes as LXD and Incus write them (shared/units): a whole number and a unit.
enum LXDSize {
    private static let units: [(suffix: String, factor: UInt64)] = {
        let letters = ["k", "M", "G", "T", "P", "E"]
        var units: [(String, UInt64)] = [("", 1), ("B", 1), (" bytes", 1)]
        var (decimal, binary): (UInt64, UInt64) = (1, 1)
        for letter in letters {
            decimal *= 1000
            binary *= 1024
            units.append((letter + "B", decimal))
            units.append(((letter == "k" ? "K" : letter) + "iB", binary))
        }
        return units
    }()

    /// Nil for what is none, or more than can be counted.
    static func parse(_ text: String) -> Bytes? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let suffix = text.dropFirst(digits.count)
        guard let number = UInt64(digits), let unit = units.first(where: { $0.suffix == suffix }) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.factor)
        return overflow ? nil : Bytes(product)
    }

    static func text(_ size: Bytes) -> String {
        let mebibyte = Bytes.mebibytes(1).count
        return size.count.isMultiple(of: mebibyte) ? "\(size.count / mebibyte)MiB" : "\(size.count)B"
    }
}
