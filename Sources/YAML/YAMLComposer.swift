// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Builds nodes from events.
struct YAMLComposer: ~Copyable {
    private var events: YAMLEvents
    private var depth = 0

    init(events: consuming YAMLEvents) { self.events = events }

    /// The one document there is, or nil if there is none.
    mutating func document() throws(YAMLError) -> YAMLNode? {
        var root: YAMLNode?
        var hasBegun = false
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamEnd: return root
            case .documentStart:
                if hasBegun {
                    throw YAMLError(
                        .severalDocuments, at: event.mark,
                        "a second document begins here, and only one is read: remove the `---` or what follows it")
                }
                hasBegun = true
                root = try node(from: try events.next())
            case .streamStart, .documentEnd, .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd: continue
            }
        }
    }

    private mutating func node(from event: YAMLEvent) throws(YAMLError) -> YAMLNode {
        switch event.kind {
        case .scalar(let scalar): return YAMLNode(.scalar(scalar), at: event.mark)
        case .sequenceStart:
            try enter(at: event.mark)
            defer { depth -= 1 }
            return YAMLNode(.sequence(try sequence()), at: event.mark)
        case .mappingStart:
            try enter(at: event.mark)
            defer { depth -= 1 }
            return YAMLNode(.mapping(try mapping()), at: event.mark)
        case .sequenceEnd, .mappingEnd, .documentStart, .documentEnd, .streamStart, .streamEnd:
            throw YAMLError(.syntax, at: event.mark, "a value is missing here: write one")
        }
    }

    private mutating func enter(at mark: Mark) throws(YAMLError) {
        guard depth < YAMLDocument.Limits.depth else {
            throw YAMLError(
                .tooDeep, at: mark,
                "lists and mappings stand more than \(YAMLDocument.Limits.depth) deep in each other: flatten them")
        }
        depth += 1
    }

    private mutating func sequence() throws(YAMLError) -> [YAMLNode] {
        var nodes: [YAMLNode] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.kind { return nodes }
            nodes.append(try node(from: event))
        }
    }

    private mutating func mapping() throws(YAMLError) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var places: [String: Mark] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.kind { return entries }
            guard case .scalar(let key) = event.kind else {
                throw YAMLError(
                    .compoundKey, at: event.mark,
                    "a key is a text, not a list or a mapping: put a value with brackets into quotes")
            }
            if let first = places.updateValue(event.mark, forKey: key.text) {
                throw YAMLError(
                    .duplicateKey(first: first), at: event.mark,
                    "`\(key.text)` is here a second time, the first is at \(first): keep one of them")
            }
            entries.append(.init(key: key.text, at: event.mark, value: try node(from: try events.next())))
        }
    }
}
