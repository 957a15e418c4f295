// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import Units

/// The body of a request that changes something: a JSON object with the command line's words, no others.
struct WishBody {
    private var values: [String: Value] = [:]
    private let hint: String

    enum Value: Hashable { case text(String), number(Double), whole(UInt64), flag(Bool) }

    /// Nothing at all is an empty object. Throws a ``Refused`` that says what is wrong, with `hint`.
    init(_ bytes: [UInt8], words: Set<String>, hint: String) throws {
        self.hint = hint
        if bytes.isEmpty { return }
        do {
            values = try JSONDecoder().decode(Wire.self, from: Data(bytes)).values
        } catch let complaint as Complaint {
            throw Refused(.badRequest, complaint.text, hint: hint)
        } catch {
            throw Refused(.badRequest, "the body is no JSON object as it should be", hint: hint)
        }
        for key in values.keys.sorted() where !words.contains(key) {
            throw Refused(.badRequest, "the body has a key `\(key.prefix(100))`, which means nothing", hint: hint)
        }
    }

    func refused(_ text: String) -> Refused { Refused(.badRequest, text, hint: hint) }

    func has(_ key: String) -> Bool { values[key] != nil }

    func flag(_ key: String) throws -> Bool {
        switch values[key] {
        case nil: false
        case .flag(let value): value
        default: throw refused("`\(key)` is true or false")
        }
    }

    func text(_ key: String) throws -> String? {
        switch values[key] {
        case nil: nil
        case .text(let text): text
        default: throw refused("`\(key)` is text")
        }
    }

    /// A number of bytes, or text like `42GiB`.
    func size(_ key: String) throws -> Bytes? {
        switch values[key] {
        case nil: return nil
        case .whole(let count): return Bytes(count)
        case .text(let text):
            if let bytes = Bytes(text) { return bytes }
            fallthrough
        default: throw refused("`\(key)` is a size: a number of bytes, or text like \"42GiB\"")
        }
    }

    /// Text like `2h`.
    func duration(_ key: String) throws -> Duration? {
        guard let value = values[key] else { return nil }
        if case .text(let text) = value, let duration = Duration(text: text) { return duration }
        throw refused("`\(key)` is a time: text like \"2h\", \"30m\" or \"1d\"")
    }

    /// Text like `90%`, or a number from 0 to 1.
    func share(_ key: String) throws -> Ratio? {
        switch values[key] {
        case nil: return nil
        case .number(let number):
            if let ratio = Ratio(number), ratio <= .one { return ratio }
            fallthrough
        case .text(""): throw refused("`\(key)` is a share: text like \"90%\", or a number from 0 to 1")
        case .whole(let number) where number <= 1: return number == 0 ? .zero : .one
        case .text(let text):
            if let ratio = Ratio(percentage: text), ratio <= .one { return ratio }
            fallthrough
        default: throw refused("`\(key)` is a share: text like \"90%\", or a number from 0 to 1")
        }
    }

    fileprivate struct Complaint: Error {
        var text: String
    }

    private struct Wire: Decodable {
        var values: [String: Value] = [:]

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            for key in container.allKeys {
                if let flag = try? container.decode(Bool.self, forKey: key) {
                    values[key.stringValue] = .flag(flag)
                } else if let number = try? container.decode(UInt64.self, forKey: key) {
                    values[key.stringValue] = .whole(number)
                } else if let number = try? container.decode(Double.self, forKey: key) {
                    values[key.stringValue] = .number(number)
                } else if let text = try? container.decode(String.self, forKey: key) {
                    values[key.stringValue] = .text(text)
                } else {
                    throw Complaint(text: "`\(key.stringValue.prefix(100))` is neither text nor a number nor true or false")
                }
            }
        }
    }
}
