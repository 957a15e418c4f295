// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
public import Units

/// What dockerd writes down of one of its devices, in `<data root>/devicemapper/metadata/<hash>` (moby 20.10,
/// daemon/graphdriver/devmapper/deviceset.go): it makes the device anew at this size.
public struct DockerRecord: Hashable, Sendable {
    /// The thin id.
    public let deviceID: UInt32
    public let size: Bytes
    /// dockerd wants the device gone, and could not remove it yet.
    public let isDeleted: Bool
    private let bytes: [UInt8]
    /// Where in `bytes` the size stands.
    private let digits: Range<Int>

    enum Limits {
        /// Docker's own are of some hundred.
        static let bytes = 64 << 10
    }

    private struct Fields: Decodable, Equatable {
        var deviceID: UInt32
        var size: UInt64
        var transactionID: UInt64?
        var isInitialized: Bool?
        /// Dockers before 1.8 did not know it.
        var isDeleted: Bool?

        enum CodingKeys: String, CodingKey {
            case deviceID = "device_id", size, transactionID = "transaction_id", isInitialized = "initialized"
            case isDeleted = "deleted"
        }
    }

    /// Nil when the bytes are not what Docker writes.
    init?(parsing bytes: [UInt8]) {
        guard let fields = try? JSONDecoder().decode(Fields.self, from: Data(bytes)),
            let digits = DockerRecord.digits(of: "size", in: bytes)
        else { return nil }
        deviceID = fields.deviceID
        size = Bytes(fields.size)
        isDeleted = fields.isDeleted ?? false
        self.bytes = bytes
        self.digits = digits
    }

    /// The record's bytes with another size: nothing else in it changes. Nil if that would not read back so.
    func bytes(withSize size: Bytes) -> [UInt8]? {
        let changed = bytes[..<digits.lowerBound] + Array("\(size.count)".utf8) + bytes[digits.upperBound...]
        guard var expected = try? JSONDecoder().decode(Fields.self, from: Data(bytes)),
            let fields = try? JSONDecoder().decode(Fields.self, from: Data(changed))
        else { return nil }
        expected.size = size.count
        return fields == expected ? Array(changed) : nil
    }

    /// Where the whole number stands that the object has under a key. Nil unless there is exactly one.
    private static func digits(of key: String, in bytes: [UInt8]) -> Range<Int>? {
        var found: [Range<Int>] = []
        var depth = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "\""):
                let start = index
                while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                    index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
                }
                guard index < bytes.count else { return nil }
                let isKey = depth == 1 && bytes[start..<index].elementsEqual(key.utf8)
                index = end(of: isBlank, in: bytes, from: index + 1)
                guard isKey, index < bytes.count, bytes[index] == UInt8(ascii: ":") else { continue }
                let from = end(of: isBlank, in: bytes, from: index + 1)
                index = end(of: isDigit, in: bytes, from: from)
                // Not of a fraction or a power of ten.
                guard index < bytes.count, !".eE".utf8.contains(bytes[index]) else { return nil }
                found.append(from..<index)
            default: break
            }
        }
        guard found.count == 1, !found[0].isEmpty else { return nil }
        return found[0]
    }

    private static func end(of kind: (UInt8) -> Bool, in bytes: [UInt8], from start: Int) -> Int {
        bytes[min(start, bytes.count)...].firstIndex { !kind($0) } ?? bytes.count
    }

    private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
