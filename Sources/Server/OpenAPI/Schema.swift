// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What a value of the API may be, as JSON Schema 2020-12 tells it.
struct Schema: Hashable, Sendable {
    let json: JSON

    static let text = Schema(json: ["type": "string"])
    static let flag = Schema(json: ["type": "boolean"])
    static let number = Schema(json: ["type": "number"])
    static let time = Schema(json: ["type": "string", "format": "date-time"])
    /// Of things, or of bytes.
    static let count = Schema(json: ["type": "integer", "minimum": 0])

    static func words(_ words: [String]) -> Schema {
        Schema(json: ["type": "string", "enum": .list(words.map { .text($0) })])
    }

    static func list(_ element: Schema) -> Schema { Schema(json: ["type": "array", "items": element.json]) }

    /// One of the named schemas.
    static func named(_ name: String) -> Schema { Schema(json: ["$ref": .text("#/components/schemas/\(name)")]) }

    /// Keys with a question mark at their end may be absent. `isClosed`: it has no other keys.
    static func object(_ text: String, isClosed: Bool = false, _ keys: KeyValuePairs<String, Schema>) -> Schema {
        var properties: [String: JSON] = [:]
        var required: [JSON] = []
        for (key, schema) in keys {
            let name = key.hasSuffix("?") ? String(key.dropLast()) : key
            properties[name] = schema.json
            if name == key { required.append(.text(name)) }
        }
        var object: [String: JSON] = ["type": "object", "description": .text(text), "properties": .object(properties)]
        if !required.isEmpty { object["required"] = .list(required) }
        if isClosed { object["additionalProperties"] = false }
        return Schema(json: .object(object))
    }

    func describedAs(_ text: String) -> Schema {
        guard case .object(var values) = json else { return self }
        values["description"] = .text(text)
        return Schema(json: .object(values))
    }
}
