// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units
import YAML

/// What is wrong in a scenario's text, and where.
struct Misreading: Error {
    let mark: Mark
    let text: String

    init(at mark: Mark, _ text: String) {
        self.mark = mark
        self.text = text
    }
}

/// The keys of one mapping, read with the type that each should have.
struct Fields {
    let mark: Mark
    private let what: String
    private var values: [String: YAMLNode] = [:]

    /// `what` is for complaints: `a pool`.
    init(_ node: YAMLNode, of what: String, keys: [String]) throws(Misreading) {
        guard let entries = node.mapping else {
            throw Misreading(at: node.mark, "\(what) is a mapping: write `\(keys[0]): ...` here")
        }
        mark = node.mark
        self.what = what
        for entry in entries {
            guard keys.contains(entry.key) else {
                throw Misreading(
                    at: entry.keyMark,
                    "`\(entry.key)` is not a key of \(what): it knows \(keys.map { "`\($0)`" }.joined(separator: ", "))")
            }
            if !entry.value.isNull { values[entry.key] = entry.value }
        }
    }

    subscript(key: String) -> YAMLNode? { values[key] }

    func has(_ key: String) -> Bool { values[key] != nil }

    func list(_ key: String) throws(Misreading) -> [YAMLNode] {
        guard let node = values[key] else { return [] }
        guard let nodes = node.sequence else { throw Misreading(at: node.mark, "`\(key)` is a list: begin each entry with `- `") }
        return nodes
    }

    func text(_ key: String) throws(Misreading) -> String? {
        guard let node = values[key] else { return nil }
        guard let scalar = node.scalar else { throw Misreading(at: node.mark, "`\(key)` is a single value") }
        return scalar.text
    }

    /// Any value that has a text form; `example` is a right one.
    private func value<Value>(
        _ key: String, example: String, _ parse: (String) -> Value?
    ) throws(Misreading) -> Value? {
        guard let node = values[key], let text = try text(key) else { return nil }
        guard let value = parse(text) else {
            throw Misreading(at: node.mark, "`\(key)` of \(what) cannot be `\(text)`: write it as `\(example)`")
        }
        return value
    }

    func size(_ key: String) throws(Misreading) -> Bytes? { try value(key, example: "10GiB") { Bytes($0) } }

    func duration(_ key: String) throws(Misreading) -> Duration? { try value(key, example: "10m") { Duration(text: $0) } }

    func share(_ key: String) throws(Misreading) -> Ratio? {
        try value(key, example: "10%") { text in
            guard text.hasSuffix("%") else { return nil }
            return Double(text.dropLast()).flatMap { Ratio($0 / 100) }
        }
    }

    func rate(_ key: String) throws(Misreading) -> ByteRate? {
        try value(key, example: "256MiB") { text in
            Bytes(text.hasSuffix("/s") ? String(text.dropLast(2)) : text).map { ByteRate($0, per: .seconds(1)) }
        }
    }

    func flag(_ key: String) throws(Misreading) -> Bool? { try value(key, example: "true") { Bool($0) } }

    func number(_ key: String) throws(Misreading) -> Double? { try value(key, example: "60") { Double($0) } }

    func whole(_ key: String) throws(Misreading) -> UInt64? { try value(key, example: "7") { UInt64($0) } }

    /// One of several words; each is what is returned for it.
    func word(_ key: String, of words: [String]) throws(Misreading) -> String? {
        guard let node = values[key], let text = try text(key) else { return nil }
        guard words.contains(text) else {
            throw Misreading(
                at: node.mark,
                "`\(key)` of \(what) cannot be `\(text)`: it is one of \(words.map { "`\($0)`" }.joined(separator: ", "))")
        }
        return text
    }

    /// What has to be there.
    func required<Value>(_ key: String, _ value: Value?) throws(Misreading) -> Value {
        guard let value else { throw Misreading(at: mark, "\(what) has no `\(key)`: write one") }
        return value
    }
}
