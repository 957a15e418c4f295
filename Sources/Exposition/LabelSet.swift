// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A label of a series. The name is ours and plain; the value is anybody's.
struct Label: Hashable, Sendable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The labels of a series, with the text that the text formats share made once.
struct LabelSet: Sendable {
    /// Without those that are empty: to Prometheus an empty label and none are the same.
    let labels: [Label]
    /// `{pool="a",volume="b"}`, or nothing without labels.
    let text: [UInt8]

    static let none = LabelSet([])

    init(_ labels: [Label]) {
        self.labels = labels.filter { !$0.value.isEmpty }
        var text: [UInt8] = []
        LabelSet.append(self.labels, to: &text)
        self.text = text
    }

    /// These labels and more behind them.
    func adding(_ more: Label...) -> LabelSet { LabelSet(labels + more) }
    func adding(_ more: [Label]) -> LabelSet { LabelSet(labels + more) }

    private static func append(_ labels: [Label], to text: inout [UInt8]) {
        guard !labels.isEmpty else { return }
        text.reserveCapacity(labels.reduce(2) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 })
        var opening = UInt8(ascii: "{")
        for label in labels {
            text.append(opening)
            text.append(contentsOf: label.name.utf8)
            text.append(UInt8(ascii: "="))
            text.append(UInt8(ascii: "\""))
            text.append(escaping: label.value, quotes: true)
            text.append(UInt8(ascii: "\""))
            opening = UInt8(ascii: ",")
        }
        text.append(UInt8(ascii: "}"))
    }
}

extension [UInt8] {
    /// Appends text as the exposition format wants it: `\\` and `\n` always, `\"` within a label's value.
    /// A Swift string is valid Unicode, so what is appended is valid UTF-8.
    mutating func append(escaping text: String, quotes: Bool) {
        var text = text
        text.withUTF8 { bytes in
            let isPlain = !bytes.contains { $0 == 0x5C || $0 == 0x0A || ($0 == 0x22 && quotes) }
            if isPlain {
                append(contentsOf: bytes)
                return
            }
            for byte in bytes {
                switch byte {
                case 0x5C: append(contentsOf: [0x5C, 0x5C])
                case 0x0A: append(contentsOf: [0x5C, UInt8(ascii: "n")])
                case 0x22 where quotes: append(contentsOf: [0x5C, 0x22])
                default: append(byte)
                }
            }
        }
    }
}
