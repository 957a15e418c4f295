// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Units
import YAML

/// Single values. Each gives nil when the key is left out, and when its value is wrong, which is then complained about.
extension Reader {
    /// The text of a value. `example` is a right one.
    mutating func text(_ field: Field?, example: String) -> String? {
        guard let field else { return nil }
        guard let scalar = field.value.scalar else {
            let what = field.value.sequence != nil ? "a list" : "a mapping of keys"
            error(at: field.value.mark, "`\(field.key)` is a single value, and here is \(what): write one such as `\(example)`")
            return nil
        }
        if scalar.isNull {
            error(at: field.mark, "`\(field.key)` has no value: write one such as `\(example)`, or leave the key out")
            return nil
        }
        return scalar.text.trimmed()
    }

    /// One of several words.
    mutating func word(_ field: Field?, of words: [String]) -> String? {
        guard let field, let text = text(field, example: words[0]) else { return nil }
        if words.contains(text) { return text }
        let advice: String
        if let near = KeyAdvice.nearest(to: text.lowercased(), among: words) {
            advice = "did you mean `\(near)`?"
        } else {
            advice = "it is one of \(words.map { "`\($0)`" }.joined(separator: ", "))"
        }
        error(at: field.value.mark, "`\(field.key)` cannot be `\(text.shown)`: \(advice)")
        return nil
    }

    /// A size, zero only if that is said to be right.
    mutating func size(_ field: Field?, example: String, orZero: Bool = false) -> Bytes? {
        guard let field, let text = text(field, example: example) else { return nil }
        guard let size = Bytes(text) else {
            let better = Wording.size(meantBy: text) ?? example
            error(
                at: field.value.mark,
                "`\(field.key)`: `\(text.shown)` is not a size: write a number with KiB, MiB, GiB or TiB, such as `\(better)`"
            )
            return nil
        }
        if size == .zero, !orZero {
            error(at: field.value.mark, "`\(field.key)` is above zero: write a size such as `\(example)`, or leave the key out")
            return nil
        }
        if size > .zero, size < .mebibytes(1), Wording.number(text) != nil {
            warning(
                at: field.value.mark,
                "`\(field.key)` is \(text.shown) bytes, since a bare number counts bytes: did you mean `\(text.shown)GiB`?")
        }
        return size
    }

    /// Bytes a second: a size, with `/s` behind it or not.
    mutating func rate(_ field: Field?, example: String) -> ByteRate? {
        guard let field, let text = text(field, example: example) else { return nil }
        let amount = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
        guard let size = Bytes(amount) else {
            let better = Wording.size(meantBy: amount) ?? example
            error(
                at: field.value.mark,
                "`\(field.key)`: `\(text.shown)` is not a rate: write a size, which is meant for each second, such as `\(better)`"
            )
            return nil
        }
        return ByteRate(size, per: .seconds(1))
    }

    /// A time, in whole microseconds, within a range. `limits` says the range in words.
    mutating func duration(
        _ field: Field?, example: String, within range: ClosedRange<Duration> = .zero ... .seconds(3.2e9), limits: String = ""
    ) -> Duration? {
        guard let field, let text = text(field, example: example) else { return nil }
        guard let duration = Duration(text: text) else {
            let better = Wording.duration(meantBy: text) ?? example
            error(
                at: field.value.mark,
                "`\(field.key)`: `\(text.shown)` is not a time: write one number and one of ms, s, m, h, d, such as `\(better)`")
            return nil
        }
        guard range.contains(duration) else {
            error(at: field.value.mark, "`\(field.key)` cannot be \(text.shown): it is \(limits)")
            return nil
        }
        // What binary fractions leave behind is no part of what was written.
        return .microseconds(Int64((duration.seconds * 1e6).rounded()))
    }

    /// A share: `80%` or `0.8`.
    mutating func share(_ field: Field?, example: String, within range: ShareRange) -> Ratio? {
        guard let field, let text = text(field, example: example) else { return nil }
        let isPercentage = text.hasSuffix("%")
        let digits = isPercentage ? String(text.dropLast()).trimmed() : text
        guard let number = Wording.number(digits), let ratio = Ratio(isPercentage ? number / 100 : number) else {
            error(
                at: field.value.mark,
                "`\(field.key)`: `\(text.shown)` is not a share: write a percentage such as `\(example)`, or a fraction of 1")
            return nil
        }
        if !isPercentage, number > 1 {
            error(
                at: field.value.mark,
                "`\(field.key)`: `\(text.shown)` without a % is a fraction of 1: did you mean `\(text.shown)%`?")
            return nil
        }
        guard range.contains(ratio) else {
            error(at: field.value.mark, "`\(field.key)` cannot be \(text.shown): it is \(range.text), such as `\(example)`")
            return nil
        }
        return ratio
    }

    /// How many times something, above 0: `8` or `1.5`.
    mutating func multiple(_ field: Field?, example: String) -> Ratio? {
        guard let field, let text = text(field, example: example) else { return nil }
        if let number = Wording.number(text), number > 0, let ratio = Ratio(number) { return ratio }
        error(at: field.value.mark, "`\(field.key)`: `\(text.shown)` is not a number above 0: write one such as `\(example)`")
        return nil
    }

    /// A whole number.
    mutating func whole(_ field: Field?, example: String) -> Int? {
        guard let field, let text = text(field, example: example) else { return nil }
        if let number = Int(text) { return number }
        error(at: field.value.mark, "`\(field.key)`: `\(text.shown)` is not a whole number: write one such as `\(example)`")
        return nil
    }

    /// A pattern.
    mutating func glob(_ field: Field?) -> Glob? {
        // A pattern is taken as it stands, blanks around it too.
        guard let field, text(field, example: "web-*") != nil, let text = field.value.scalar?.text else { return nil }
        if !text.isEmpty { return Glob(text) }
        error(
            at: field.value.mark,
            "`\(field.key.shown)` is an empty pattern, which nothing matches: write one such as `web-*`, or leave it out")
        return nil
    }
}
