// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// The place of the journal's file.
enum StateDirectory {
    /// Makes the directory (its own last part only) and an empty database file in it, for root alone, if they are not
    /// there yet, and gives the file's path.
    static func prepare(_ directory: String) throws(JournalError) -> String {
        if mkdir(directory, 0o700) == 0 {
            sync(directory.parent)
        } else if errno != EEXIST {
            throw .noDirectory(path: directory, reason: String(cString: strerror(errno)))
        }
        let path = path(in: directory)
        // A file that is there is left to SQLite: to close any descriptor of it would drop this process's locks on it.
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
            sync(directory)
        } else if errno != EEXIST {
            throw error(errno, directory: directory, path: path)
        }
        return path
    }

    static func path(in directory: String) -> String { directory + "/headroom.db" }

    static func hasJournal(_ directory: String) -> Bool { access(path(in: directory), F_OK) == 0 }

    private static func error(_ code: Int32, directory: String, path: String) -> JournalError {
        let reason = String(cString: strerror(code))
        switch code {
        case ENOSPC, EDQUOT: return .full(path: path)
        case ENOTDIR, ENOENT: return .noDirectory(path: directory, reason: reason)
        case EACCES, EPERM, EROFS: return .notWritable(path: path, reason: reason)
        default: return .failed(path: path, reason: reason)
        }
    }

    /// So that a new name in it outlives a power cut. A filesystem that cannot do it has done what it can.
    private static func sync(_ directory: String) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

extension String {
    fileprivate var parent: String {
        let parts = split(separator: "/", omittingEmptySubsequences: true)
        let parent = parts.dropLast().joined(separator: "/")
        return hasPrefix("/") ? "/" + parent : parent.isEmpty ? "." : parent
    }
}
