// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Units

/// How documents are written to JSON and read back: keys in snake case, moments in ISO 8601, sizes as integers of bytes.
public enum Documents {
    public static let contentType = "application/json; charset=utf-8"

    /// UTF-8, with sorted keys and a newline at the end. `pretty` is for people's eyes.
    public static func encode(_ document: some Encodable, pretty: Bool = false) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return Array(try encoder.encode(document)) + [UInt8(ascii: "\n")]
    }

    /// Throws what `JSONDecoder` throws.
    public static func decode<Document: Decodable>(_ type: Document.Type, from bytes: [UInt8]) throws -> Document {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(bytes))
    }
}

extension Date {
    init(_ time: WallTime) { self.init(timeIntervalSince1970: time.seconds) }
}
