// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A text in YAML 1.1 as far as configuration needs it: one document, UTF-8, no anchors, aliases or tags.
public struct YAMLDocument: Hashable, Sendable {
    /// Nil when there is nothing but comments.
    public let root: YAMLNode?

    public enum Limits {
        /// Of a text, in bytes.
        public static let size = 1 << 20
        /// Of lists and mappings in each other.
        public static let depth = 64
    }

    /// Reads `bytes`.
    ///
    /// - Throws: the first thing that is wrong, and where.
    public init(parsing bytes: [UInt8]) throws(YAMLError) {
        guard bytes.count <= Limits.size else {
            throw YAMLError(
                .tooLarge, at: .start,
                "the file has \(bytes.count) bytes, and at most \(Limits.size) are read: is it the right file?")
        }
        try YAMLDocument.checkEncoding(bytes)
        // libyaml would count a byte order mark as a column.
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        var composer = YAMLComposer(events: try YAMLEvents(text))
        root = try composer.document()
    }

    private static func checkEncoding(_ bytes: [UInt8]) throws(YAMLError) {
        guard let offset = bytes.firstInvalidUTF8 else { return }
        let text =
            bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
            ? "the file is in UTF-16: save it as UTF-8"
            : "the byte 0x\(String(bytes[offset], radix: 16)) is not UTF-8: save the file as UTF-8"
        throw YAMLError(.encoding, at: bytes.withUnsafeBufferPointer { Mark(ofByte: offset, in: $0) }, text)
    }
}

extension [UInt8] {
    /// The number of the first byte that begins no valid UTF-8 sequence.
    var firstInvalidUTF8: Int? {
        var decoder = UTF8()
        var rest = makeIterator()
        var offset = 0
        while true {
            switch decoder.decode(&rest) {
            case .scalarValue(let scalar): offset += UTF8.width(scalar)
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }
}
