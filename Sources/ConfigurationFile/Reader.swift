// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import YAML

/// Reads the whole file and keeps count of all that is wrong with it. What is wrong reads as if it were left out.
struct Reader {
    /// What keeps a hook from being run, if something does.
    let hookFault: (OwnerHook) -> String?
    private var found: [Complaint] = []

    init(hookFault: @escaping (OwnerHook) -> String?) { self.hookFault = hookFault }

    /// In the order of the file.
    var complaints: [Complaint] {
        found.enumerated().sorted { a, b in
            (a.element.line, a.element.column, a.offset) < (b.element.line, b.element.column, b.offset)
        }.map(\.element)
    }

    /// How many errors there are so far.
    private(set) var errors = 0

    mutating func error(at mark: Mark, _ text: String) {
        errors += 1
        found.append(Complaint(line: mark.line, column: mark.column, severity: .error, text: text))
    }

    mutating func warning(at mark: Mark, _ text: String) {
        found.append(Complaint(line: mark.line, column: mark.column, severity: .warning, text: text))
    }

    /// For a key whose form is checked and that nothing acts on.
    mutating func hasNoEffect(_ field: Field?) {
        if let field { warning(at: field.mark, "`\(field.key)` has no effect in this version") }
    }
}

/// A key with its value.
struct Field {
    let key: String
    /// Of the key.
    let mark: Mark
    let value: YAMLNode
}

/// The keys of one mapping, all of them known.
struct Fields {
    let section: Section
    /// Of the mapping.
    let mark: Mark
    fileprivate var known: [String: Field] = [:]

    subscript(key: String) -> Field? {
        assert(section.keys.contains(key), "\(key) is missing in the schema")
        return known[key]
    }
}

extension Reader {
    /// The keys of a mapping. None, if it is none, which is then complained about. Nothing at all is an empty mapping.
    mutating func fields(_ node: YAMLNode, of section: Section) -> Fields {
        var fields = Fields(section: section, mark: node.mark)
        for entry in entries(of: node, called: section.place, keys: section.keys) {
            if section.keys.contains(entry.key) {
                fields.known[entry.key] = Field(key: entry.key, mark: entry.keyMark, value: entry.value)
            } else {
                error(at: entry.keyMark, KeyAdvice.text(onUnknown: entry.key, in: section))
            }
        }
        return fields
    }

    /// Keys and values of a mapping, whatever the keys.
    mutating func entries(of node: YAMLNode, called place: String, keys: [String]) -> [YAMLNode.Entry] {
        if let entries = node.mapping { return entries }
        if node.isNull { return [] }
        let first = keys.first ?? "key"
        let what = node.sequence != nil ? "a list" : "a single value"
        error(
            at: node.mark, "\(place) is made of keys, and here is \(what): write `\(first): ...`, each key on a line of its own")
        return []
    }

    /// The entries of a list. None, if it is none, which is then complained about. Nothing at all is an empty list.
    mutating func list(_ field: Field?) -> [YAMLNode] {
        guard let field else { return [] }
        if let nodes = field.value.sequence { return nodes }
        if !field.value.isNull {
            error(at: field.value.mark, "`\(field.key)` is a list: begin each of its entries with `- `")
        }
        return []
    }
}
