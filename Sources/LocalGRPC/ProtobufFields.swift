// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// The fields of one protobuf message, by number, as far as they are bytes: strings, messages, maps' entries. Numbers are
/// passed over.
public struct ProtobufFields: Hashable, Sendable {
    private var found: [UInt64: [ArraySlice<UInt8>]] = [:]

    public struct Malformed: Error, Hashable, Sendable {}

    public init(_ bytes: some Collection<UInt8>) throws(Malformed) {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let key = try ProtobufFields.number(&rest)
            switch key & 7 {
            case 0: _ = try ProtobufFields.number(&rest)
            case 1: _ = try ProtobufFields.take(8, &rest)
            case 2:
                let length = try ProtobufFields.number(&rest)
                found[key >> 3, default: []].append(try ProtobufFields.take(Int(clamping: length), &rest))
            case 5: _ = try ProtobufFields.take(4, &rest)
            default: throw Malformed()
            }
        }
    }

    /// Every one of that number, in order, each a message of its own.
    public func messages(_ number: UInt64) throws(Malformed) -> [ProtobufFields] {
        var messages: [ProtobufFields] = []
        for bytes in found[number] ?? [] { messages.append(try ProtobufFields(bytes)) }
        return messages
    }

    /// The last of that number, as protobuf has it; empty where there is none. Text is repaired where it is not UTF-8.
    public func text(_ number: UInt64) -> String { String(decoding: found[number]?.last ?? [], as: UTF8.self) }

    /// A map from text to text. An entry that is none is left out.
    public func map(_ number: UInt64) -> [String: String] {
        var map: [String: String] = [:]
        for bytes in found[number] ?? [] {
            guard let entry = try? ProtobufFields(bytes) else { continue }
            map[entry.text(1)] = entry.text(2)
        }
        return map
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw Malformed() }
            number |= UInt64(byte & 127) << shift
            if byte < 128 { return number }
        }
        throw Malformed()
    }

    private static func take(_ count: Int, _ rest: inout ArraySlice<UInt8>) throws(Malformed) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw Malformed() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}

/// Text fields of a message to be sent, by number; what is empty is left out.
public func protobufMessage(_ fields: (number: UInt8, text: String)...) -> [UInt8] {
    fields.flatMap { number, text -> [UInt8] in
        if text.isEmpty { return [] }
        var bytes = [number << 3 | 2]
        var length = text.utf8.count
        while length >= 128 {
            bytes.append(UInt8(length & 127) | 128)
            length >>= 7
        }
        return bytes + [UInt8(length)] + text.utf8
    }
}
