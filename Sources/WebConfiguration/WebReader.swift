// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Units
import YAML

/// Reads the whole file and keeps count of all that is wrong with it. What is wrong reads as if it were left out.
struct WebReader {
    /// Where relative paths start, with its slash.
    let folder: String
    private var found: [Complaint] = []

    init(folder: String) { self.folder = folder }

    /// In the order of the file.
    var complaints: [Complaint] {
        found.enumerated().sorted { a, b in
            (a.element.line, a.element.column, a.offset) < (b.element.line, b.element.column, b.offset)
        }.map(\.element)
    }

    mutating func error(at mark: Mark, _ text: String) {
        found.append(Complaint(line: mark.line, column: mark.column, severity: .error, text: text))
    }

    mutating func warning(at mark: Mark, _ text: String) {
        found.append(Complaint(line: mark.line, column: mark.column, severity: .warning, text: text))
    }

    /// The entries of a mapping by their keys, all of them among `keys`.
    mutating func fields(_ node: YAMLNode, of place: String, keys: [String]) -> [String: YAMLNode.Entry] {
        var fields: [String: YAMLNode.Entry] = [:]
        for entry in entries(node, of: place, example: keys[0]) {
            if keys.contains(entry.key) {
                fields[entry.key] = entry
            } else {
                let near = KeyAdvice.nearest(to: entry.key, among: keys).map { "did you mean `\($0)`?" }
                let advice = near ?? "it knows \(keys.map { "`\($0)`" }.joined(separator: ", "))"
                error(at: entry.keyMark, "`\(entry.key.shown)` is not a key of \(place): \(advice)")
            }
        }
        return fields
    }

    mutating func entries(_ node: YAMLNode, of place: String, example: String) -> [YAMLNode.Entry] {
        if let entries = node.mapping { return entries }
        if !node.isNull {
            error(at: node.mark, "\(place) is made of keys: write `\(example): ...`, each key on a line of its own")
        }
        return []
    }

    /// The text of a value; nil too where nothing is written, which Prometheus takes for left out.
    mutating func text(_ entry: YAMLNode.Entry?) -> String? {
        guard let entry else { return nil }
        guard let scalar = entry.value.scalar else {
            error(at: entry.value.mark, "`\(entry.key.shown)` is a single value, and here is more: write it on one line")
            return nil
        }
        return scalar.isNull || scalar.text.isEmpty ? nil : scalar.text
    }

    mutating func flag(_ entry: YAMLNode.Entry?) -> Bool? {
        guard let entry, let text = text(entry) else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on", "y": return true
        case "false", "no", "off", "n": return false
        default:
            error(at: entry.value.mark, "`\(entry.key)` cannot be `\(text.shown)`: it is `true` or `false`")
            return nil
        }
    }

    /// One of the names of a type.
    mutating func word<Word: CaseIterable & RawRepresentable<String>>(_ node: YAMLNode, of key: String) -> Word? {
        guard let scalar = node.scalar else {
            error(at: node.mark, "`\(key)` is a single word, and here is more")
            return nil
        }
        if let word = Word(rawValue: scalar.text) { return word }
        let names = Word.allCases.map(\.rawValue)
        let near = KeyAdvice.nearest(to: scalar.text, among: names).map { "did you mean `\($0)`?" }
        let advice = near ?? "it is one of \(names.map { "`\($0)`" }.joined(separator: ", "))"
        error(at: node.mark, "`\(key)` cannot be `\(scalar.text.shown)`: \(advice)")
        return nil
    }

    /// The entries of a list; nil where there is none, which is complained about if something else is there.
    mutating func list(_ entry: YAMLNode.Entry?) -> [YAMLNode]? {
        guard let entry, !entry.value.isNull else { return nil }
        if let nodes = entry.value.sequence { return nodes }
        error(at: entry.value.mark, "`\(entry.key)` is a list: begin each of its entries with `- `")
        return nil
    }

    /// Each entry of a list of names; nil where none is left.
    mutating func words<Word: CaseIterable & RawRepresentable<String>>(_ entry: YAMLNode.Entry?) -> [Word]? {
        guard let entry, let nodes = list(entry) else { return nil }
        let words: [Word] = nodes.compactMap { word($0, of: entry.key) }
        return words.isEmpty ? nil : words
    }
}
