// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials

/// The API described for programs, after OpenAPI 3.1.
enum OpenAPI {
    static func document(version: String) -> JSON {
        var paths: [String: JSON] = [:]
        for endpoint in Endpoint.all {
            paths[endpoint.template] = [endpoint.route.changes ? "post" : "get": endpoint.json]
        }
        let schemas = Schemas.answers.merging(Schemas.wishes) { first, _ in first }
            .merging(Schemas.notification) { first, _ in first }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Headroom", "version": .text(version), "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
                "description": .text(
                    "Reading is open over the network unless the web configuration says otherwise. On the Unix socket the same is"
                        + " root's. Sizes are bytes, times are UTC."),
            ],
            "paths": .object(paths),
            // The empty one: on the Unix socket, and where reading is open, nobody says who he is.
            "security": [[:], ["password": []], ["token": []]],
            "components": [
                "schemas": .object(schemas.mapValues(\.json)),
                "parameters": ["IdempotencyKey": idempotencyKey],
                "securitySchemes": [
                    "password": ["type": "http", "scheme": "basic", "description": "A user of the web configuration."],
                    "token": [
                        "type": "http", "scheme": "bearer", "description": "A token of the configuration, with its scopes.",
                    ],
                ],
            ],
        ]
    }

    /// UTF-8.
    static func text(version: String) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(document(version: version))) + [UInt8(ascii: "\n")]
    }

    private static let idempotencyKey: JSON = [
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "The same request under the same key is done once, and answered alike, for a day.",
        "schema": [
            "type": "string", "minLength": 1, "maxLength": .number(IdempotencyKey.longest), "pattern": "^[!-~]+$",
        ],
    ]
}

extension Endpoint {
    fileprivate var json: JSON {
        var operation: [String: JSON] = ["operationId": .text(self.operation), "summary": .text(summary)]
        var parameters: [JSON] = []
        if template.contains(Endpoint.volume) {
            parameters.append(
                parameter(
                    "volume",
                    "A volume's name, a container's name or id, or a unique prefix of that; to hold, pin and release also a glob."
                ))
        }
        if template.contains(Endpoint.pool) { parameters.append(parameter("pool", "A pool's name.")) }
        if hasDryRunInQuery { parameters.append(Endpoint.dryRun) }
        parameters += self.parameters.map {
            ["name": .text($0.name), "in": "query", "required": false, "description": .text($0.text), "schema": $0.schema.json]
        }
        if body != nil { parameters.append(["$ref": "#/components/parameters/IdempotencyKey"]) }
        if !parameters.isEmpty { operation["parameters"] = .list(parameters) }
        if let body {
            operation["requestBody"] = [
                "required": .flag(!bodyIsOptional),
                "content": ["application/json": ["schema": Schema.named(body).json]],
            ]
        }
        operation["responses"] = .object(responses)
        return .object(operation)
    }

    private static let dryRun: JSON = [
        "name": "dry_run", "in": "query", "required": false, "description": "Say what would be done; change nothing.",
        "schema": ["type": "boolean"],
    ]

    private func parameter(_ name: String, _ text: String) -> JSON {
        [
            "name": .text(name), "in": "path", "required": true, "description": .text(text),
            "schema": ["type": "string", "minLength": 1],
        ]
    }

    private var responses: [String: JSON] {
        let success: JSON =
            if let answer { ["application/json": ["schema": answer.json]] } else {
                ["text/plain": ["schema": ["type": "string"]]]
            }
        var responses: [String: JSON] = ["200": ["description": "As asked.", "content": success]]
        let named = others.map { ($0, Endpoint.meanings[$0] ?? "Not as asked.") }
        for status in Endpoint.ofAll.merging(named, uniquingKeysWith: { first, _ in first }) {
            // What is not ready says so in text.
            let isText = route == .ready && status.key == 503
            let content: JSON =
                isText
                ? ["text/plain": ["schema": ["type": "string"]]]
                : ["application/json": ["schema": Schema.named("Error").json]]
            responses["\(status.key)"] = ["description": .text(status.value), "content": content]
        }
        return responses
    }

    /// What every request may get.
    private static let ofAll: [Int: String] = [
        401: "Somebody has to say who he is.", 403: "He may not.", 405: "Another method is meant.",
        429: "Too many requests at once.",
    ]

    private static let meanings: [Int: String] = [
        400: "It cannot be meant so.", 404: "Nothing is called so, or nothing of it is set.",
        409: "Refused: the reason and what to do are told.", 413: "The body is too large.",
        422: "The Idempotency-Key came with another request before.", 500: "It was begun and has failed.",
        503: "Not now: the host was not looked at yet, or the journal cannot be read or written. Ask again.",
    ]
}
