// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// One thing about a configuration file that its author should know, and where it is.
public struct Complaint: Hashable, Sendable {
    /// From 1.
    public let line: Int
    /// In characters, from 1.
    public let column: Int
    public let severity: Severity
    /// One line: what is so, and what would be right.
    public let text: String

    public init(line: Int, column: Int, severity: Severity, text: String) {
        self.line = line
        self.column = column
        self.severity = severity
        self.text = text
    }

    public enum Severity: String, Hashable, Sendable {
        /// The file is not taken.
        case error
        /// The file is taken, and something in it does not do what it seems to.
        case warning
    }

    /// `FILE:LINE:COLUMN: text`, as editors understand it. A warning says that it is one.
    public func rendered(in file: String) -> String {
        "\(file):\(line):\(column): \(severity == .warning ? "warning: " : "")\(text)"
    }
}
