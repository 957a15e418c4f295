// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Why the journal does not answer.
public enum JournalError: Error, Hashable, Sendable {
    /// The state directory is not there, and cannot be made.
    case noDirectory(path: String, reason: String)
    /// No right to write, or a filesystem that is read-only.
    case notWritable(path: String, reason: String)
    /// No room on the disk.
    case full(path: String)
    /// Not a database, or a damaged one.
    case corrupt(path: String, reason: String)
    /// A database, but not one of Headroom's.
    case foreign(path: String)
    /// Written by a later Headroom.
    case newerSchema(path: String, found: Int, known: Int)
    /// Another process has kept the database locked for longer than is waited.
    case busy(path: String)
    /// More callers wait for the disk than `Journal.Limits.waiting`.
    case overloaded(path: String)
    /// More growths are open than `Journal.Limits.unfinished`.
    case tooManyUnfinished(path: String, count: Int)
    /// More volumes are grown than the journal keeps, so no other is.
    case tooManyKept(path: String, count: Int)
    /// No growth of this number is open.
    case notOpen(GrowthID)
    /// The journal was closed.
    case closed
    /// Anything else that the system or SQLite says.
    case failed(path: String, reason: String)
}

extension JournalError: CustomStringConvertible {
    /// For people: what happened, to what, what to do.
    public var description: String {
        switch self {
        case .noDirectory(let path, let reason):
            "\(path): no such state directory, and none can be made: \(reason): create it, or name one with --state.directory"
        case .notWritable(let path, let reason):
            "\(path): the journal cannot be written: \(reason): run as root, or name another place with --state.directory"
        case .full(let path):
            "\(path): no room is left on the disk for the journal: free some, or name another place with --state.directory"
        case .corrupt(let path, let reason):
            "\(path): the journal is damaged (\(reason)): move it aside and start again; what was granted is then forgotten"
        case .foreign(let path):
            "\(path): this is another program's database: move it aside, or name another place with --state.directory"
        case .newerSchema(let path, let found, let known):
            "\(path): a later Headroom wrote this journal (form \(found), known is \(known)): run that one, or move it aside"
        case .busy(let path):
            "\(path): another process keeps the journal locked: wait for it or end it, then try again"
        case .overloaded(let path):
            "\(path): too many wait for the journal already: the disk under it is slow or stuck, look at it, then try again"
        case .tooManyUnfinished(let path, let count):
            "\(path): \(count) growths are begun and not finished, no more are begun: restart Headroom, which looks after them"
        case .tooManyKept(let path, let count):
            "\(path): \(count) grown volumes are kept already, no other device is made longer: restart Headroom, which forgets those"
                + " that are gone"
        case .notOpen(let id):
            "growth \(id) is not open in the journal: it was finished before, or never begun"
        case .closed:
            "the journal is closed: Headroom is about to end, ask again when it has started"
        case .failed(let path, let reason):
            "\(path): the journal failed: \(reason): look at the disk under it, then try again"
        }
    }
}
