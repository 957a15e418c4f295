// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// A small generator whose numbers depend on nothing but the seed: not on the machine, not on the standard library.
/// (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.)
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// One of many generators of the same seed that have nothing to do with each other.
    public init(seed: UInt64, stream: UInt64) {
        var mixer = SplitMix64(seed: seed &+ stream &* 0xD134_2543_DE82_EF95)
        state = mixer.next()
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 up to, and without, 1.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A whole number within the range. The bias is below one in 2³² for ranges that are used here.
    public mutating func number(in range: ClosedRange<UInt64>) -> UInt64 {
        let width = range.upperBound - range.lowerBound
        return width == .max ? next() : range.lowerBound + next() % (width + 1)
    }

    public mutating func duration(in range: ClosedRange<Duration>) -> Duration {
        let lowest = range.lowerBound.nanosecondsClamped
        let width = UInt64(range.upperBound.nanosecondsClamped - lowest)
        return .nanoseconds(lowest + Int64(number(in: 0...width)))
    }

    /// True this often.
    public mutating func happens(_ chance: Ratio) -> Bool { chance > .zero && unit() < chance.value }

    /// One of `choices`, which are not empty.
    public mutating func one<T>(of choices: [T]) -> T { choices[Int(number(in: 0...UInt64(choices.count - 1)))] }

    /// So many hexadecimal digits, as in a container's id.
    public mutating func hexadecimal(digits: Int) -> String {
        var text = ""
        while text.count < digits { text += String(next() | 1 << 63, radix: 16).dropFirst() }
        return String(text.prefix(digits))
    }
}
