// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import Units

/// What could not be done with a filesystem or its device.
public struct FilesystemError: Error, Hashable, Sendable {
    /// What was tried, as a verb: `open`, `statfs`, `grow`.
    public var attempt: String
    /// What it was tried on: a path, or a device.
    public var subject: String
    public var cause: Cause

    public enum Cause: Hashable, Sendable {
        /// A system call failed. `errno` is as in errno(3).
        case system(errno: Int32)
        /// The path or node leads to another device: it was unmounted, or the number is used again.
        case otherDevice(expected: DeviceNumber, found: DeviceNumber)
        /// There is no superblock that can be read; the text says why.
        case unreadable(String)
        /// It has `present` already, so this would not be growth.
        case notLarger(present: Bytes, asked: Bytes)
        /// Its layout ends at `maximum`.
        case beyondLayout(maximum: Bytes, asked: Bytes)
        /// Only ext4 and XFS are grown.
        case unsupported(FilesystemKind)
    }

    public init(_ attempt: String, _ subject: String, _ cause: Cause) {
        self.attempt = attempt
        self.subject = subject
        self.cause = cause
    }

    /// The error of the system call that has just failed.
    static func last(_ attempt: String, _ subject: Path) -> FilesystemError {
        FilesystemError(attempt, subject.description, .system(errno: Glibc.errno))
    }

    /// errno(3) of the call that failed; 0 where none did.
    public var errno: Int32 {
        if case .system(let errno) = cause { errno } else { 0 }
    }

    /// The file, or the process whose file it is, is gone: look for another way to it.
    public var isGone: Bool {
        switch cause {
        case .system(let errno): errno == ENOENT || errno == ESRCH || errno == ENOTDIR || errno == ENXIO
        case .otherDevice: true
        case .unreadable, .notLarger, .beyondLayout, .unsupported: false
        }
    }
}

extension FilesystemError: CustomStringConvertible {
    /// One sentence: what happened, to what, and what to do next where that is known.
    public var description: String {
        switch cause {
        case .system(let errno):
            let hint = FilesystemError.hint(for: errno, attempt: attempt).map { ": \($0)" } ?? ""
            return "cannot \(attempt) \(subject): \(FilesystemError.text(of: errno))\(hint)"
        case .otherDevice(let expected, let found):
            return "cannot \(attempt) \(subject): it leads to device \(found), not to \(expected);"
                + " it was unmounted or replaced meanwhile"
        case .unreadable(let why): return "cannot \(attempt) \(subject): \(why)"
        case .notLarger(let present, let asked):
            return "cannot \(attempt) \(subject) to \(asked): it has \(present) already"
        case .beyondLayout(let maximum, let asked):
            return "cannot \(attempt) \(subject) to \(asked): its layout ends at \(maximum); move the data to a new filesystem"
        case .unsupported(let kind): return "cannot \(attempt) \(subject): only ext4 and XFS are grown, this is \(kind.name)"
        }
    }

    /// The C library's words for an errno.
    static func text(of errno: Int32) -> String { strerror(errno).map { String(cString: $0) } ?? "errno \(errno)" }

    private static func hint(for errno: Int32, attempt: String) -> String? {
        switch (attempt, errno) {
        case ("grow", EBUSY), ("grow", EAGAIN): "another growth of it is under way; try again when that has ended"
        case ("grow", EROFS): "it is mounted read-only; see dmesg for why"
        case ("grow", EPERM): "it has errors or this process lacks CAP_SYS_RESOURCE; see dmesg, then e2fsck"
        case ("grow", EINVAL): "its layout does not allow that size; see dmesg"
        case ("grow", EOPNOTSUPP): "its features do not allow online growth; see dmesg"
        case ("grow", EUCLEAN): "it is damaged; unmount it and run e2fsck or xfs_repair"
        case ("grow", ENOSPC): "its device is smaller than that, or it has no room for its own new tables; see dmesg"
        case ("grow", EIO): "its device is smaller than that, or answers with errors; see dmesg"
        case (_, EACCES), (_, EPERM): "run this as root"
        default: nil
        }
    }
}
