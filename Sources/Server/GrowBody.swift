// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import FoundationEssentials
import HTTPTypes
import Units

/// What a wish to grow says: `{"to": "42GiB"}`, or `{"by": "10GiB", "dry_run": true}`. A bare number is bytes.
struct GrowBody: Decodable {
    var to: Bytes?
    var by: Bytes?
    var dryRun = false

    /// Throws a ``Refused`` that says what is wrong.
    init(_ bytes: [UInt8]) throws {
        do {
            self = try JSONDecoder().decode(GrowBody.self, from: Data(bytes))
        } catch let complaint as Complaint {
            throw Refused(.badRequest, complaint.text, hint: GrowBody.hint)
        } catch {
            throw Refused(.badRequest, "the body is no JSON object as it should be", hint: GrowBody.hint)
        }
    }

    func request(for volume: String) -> GrowRequest { GrowRequest(volume: volume, to: to, by: by, dryRun: dryRun) }

    private static let hint = #"send {"to": "42GiB"} or {"by": "10GiB"}, with "dry_run": true to see what would be done"#

    private struct Complaint: Error {
        var text: String
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        for key in container.allKeys {
            switch key.stringValue {
            case "to": to = try Self.size(container, key)
            case "by": by = try Self.size(container, key)
            case "dry_run":
                guard let value = try? container.decode(Bool.self, forKey: key) else {
                    throw Complaint(text: "`dry_run` is true or false")
                }
                dryRun = value
            default: throw Complaint(text: "the body has a key `\(key.stringValue)`, which means nothing")
            }
        }
        if (to == nil) == (by == nil) { throw Complaint(text: "the body has one of `to` and `by`") }
        if by == .zero { throw Complaint(text: "`by` is more than nothing") }
    }

    private static func size(_ container: KeyedDecodingContainer<Key>, _ key: Key) throws -> Bytes {
        if let count = try? container.decode(UInt64.self, forKey: key) { return Bytes(count) }
        if let text = try? container.decode(String.self, forKey: key), let bytes = Bytes(text) { return bytes }
        throw Complaint(text: "`\(key.stringValue)` is a size: a number of bytes, or text like \"42GiB\"")
    }
}
