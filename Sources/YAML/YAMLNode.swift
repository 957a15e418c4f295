// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A place in a file, as editors count: both from 1, columns in characters (Unicode scalars).
public struct Mark: Hashable, Comparable, Sendable {
    public let line: Int
    public let column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Where a file begins.
    public static let start = Mark(line: 1, column: 1)

    public static func < (a: Mark, b: Mark) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

extension Mark: CustomStringConvertible {
    public var description: String { "\(line):\(column)" }
}

/// A value of a YAML document, and where it stands.
public struct YAMLNode: Hashable, Sendable {
    public let content: Content
    public let mark: Mark

    public init(_ content: Content, at mark: Mark) {
        self.content = content
        self.mark = mark
    }

    public enum Content: Hashable, Sendable {
        case scalar(Scalar)
        case sequence([YAMLNode])
        /// In the order of the file; no key is there twice.
        case mapping([Entry])
    }

    /// A text. What it means is the reader's business: YAML's own guesses (`off` is false, `010` is eight) are not made.
    public struct Scalar: Hashable, Sendable {
        public let text: String
        /// Written in quotes or as a block, so never a number or null.
        public let isQuoted: Bool

        public init(_ text: String, isQuoted: Bool = false) {
            self.text = text
            self.isQuoted = isQuoted
        }

        /// Nothing was written, or `~`, or `null`.
        public var isNull: Bool { !isQuoted && ["", "~", "null", "Null", "NULL"].contains(text) }
    }

    /// One key of a mapping with its value.
    public struct Entry: Hashable, Sendable {
        public let key: String
        public let keyMark: Mark
        public let value: YAMLNode

        public init(key: String, at keyMark: Mark, value: YAMLNode) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }
}

extension YAMLNode {
    /// The text, when this is one.
    public var scalar: Scalar? {
        if case .scalar(let scalar) = content { scalar } else { nil }
    }

    /// The values, when this is a list.
    public var sequence: [YAMLNode]? {
        if case .sequence(let nodes) = content { nodes } else { nil }
    }

    /// Keys and values, when this is a mapping.
    public var mapping: [Entry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    public var isNull: Bool { scalar?.isNull ?? false }
}
