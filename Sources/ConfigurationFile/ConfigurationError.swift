// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// Why a configuration file is not taken.
public enum ConfigurationError: Error, Hashable, Sendable {
    case missing(path: String)
    /// It is there, and cannot be read.
    case unreadable(path: String, reason: String)
    /// What it says is wrong: all that was found, warnings too, in the order of the file. At least one is an error.
    case wrong(path: String, complaints: [Complaint])

    public enum Limits {
        /// Complaints that are shown of one file; the rest is counted.
        public static let shown = 100
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// For people: a line for each complaint.
    public var description: String {
        switch self {
        case .missing(let path):
            return "\(path): there is no such file: check the path, or name no file to run with the defaults"
        case .unreadable(let path, let reason):
            return "\(path): the configuration cannot be read: \(reason)"
        case .wrong(let path, let complaints):
            var lines = complaints.prefix(Limits.shown).map { $0.rendered(in: path) }
            let more = complaints.count - lines.count
            if more > 0 { lines.append("\(path): and \(more) more: mend these first") }
            return lines.joined(separator: "\n")
        }
    }
}
