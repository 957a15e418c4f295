// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Why a text is not read, and where. The text says what is so and what would be right.
public struct YAMLError: Error, Hashable, Sendable {
    public let kind: Kind
    public let mark: Mark
    public let text: String

    public init(_ kind: Kind, at mark: Mark, _ text: String) {
        self.kind = kind
        self.mark = mark
        self.text = text
    }

    public var line: Int { mark.line }
    public var column: Int { mark.column }

    public enum Kind: Hashable, Sendable {
        case syntax
        /// Not UTF-8, or a control character.
        case encoding
        case tooLarge
        case tooDeep
        /// An anchor or an alias: neither is read, so no document is larger than its file.
        case alias
        case tag
        case duplicateKey(first: Mark)
        /// A list or a mapping where a key is wanted.
        case compoundKey
        case severalDocuments
        case outOfMemory
    }
}

extension YAMLError: CustomStringConvertible {
    public var description: String { "\(mark): \(text)" }
}
