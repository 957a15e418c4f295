// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FailPoints
import Glibc
import Units

/// Why a file was not replaced.
struct ReplaceError: Error, Hashable {
    /// 0 where the file had changed meanwhile.
    var errno: Int32
    var text: String
}

extension HostFiles {
    /// Puts `bytes` in the place of a file's content: all or nothing, on the disk when it returns, owner, group and mode
    /// kept. `expected`: what the file was when its content was read; if it is another by now, nothing is done.
    func replace(_ path: String, with bytes: [UInt8], expecting expected: FileStatus) throws(ReplaceError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let folder = open(root + parts.dropLast().joined(separator: "/"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw ReplaceError("open the folder of", path) }
        defer { close(folder) }
        let name = String(parts.last ?? "")
        var before = stat()
        guard fstatat(folder, name, &before, AT_SYMLINK_NOFOLLOW) == 0, before.st_mode & S_IFMT == S_IFREG else {
            throw ReplaceError("find", path)
        }
        // With a dot in front it is no record to dockerd, should it be left behind.
        let temporary = ".\(name).headroom"
        unlinkat(folder, temporary, 0)
        do throws(ReplaceError) {
            try write(bytes, like: before, to: temporary, in: folder, path: path)
            FailPoint.recordSynced.reached()
            guard (try? status(of: path)) == expected else {
                throw ReplaceError(errno: 0, text: "\(path) was changed by somebody else just now: nothing was written")
            }
            if renameat(folder, temporary, folder, name) != 0 { throw ReplaceError("replace", path) }
        } catch {
            unlinkat(folder, temporary, 0)
            throw error
        }
        FailPoint.recordRenamed.reached()
        if fsync(folder) != 0 { throw ReplaceError("sync the folder of", path) }
    }

    /// Has on the disk what is in a file, and that it is called so.
    func sync(_ path: String) throws(ReplaceError) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        for path in [path, folder] {
            let descriptor = open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            guard descriptor >= 0 else { throw ReplaceError("open", path) }
            defer { close(descriptor) }
            if fsync(descriptor) != 0 { throw ReplaceError("sync", path) }
        }
    }

    private func write(
        _ bytes: [UInt8], like model: stat, to name: String, in folder: Int32, path: String
    ) throws(ReplaceError) {
        let file = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ReplaceError("write a new", path) }
        defer { close(file) }
        if fchown(file, model.st_uid, model.st_gid) != 0 { throw ReplaceError("keep the owner of", path) }
        if fchmod(file, model.st_mode & 0o7777) != 0 { throw ReplaceError("keep the mode of", path) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { throw ReplaceError("write", path) }
            rest = rest.dropFirst(count)
        }
        FailPoint.recordWritten.reached()
        if fsync(file) != 0 { throw ReplaceError("sync", path) }
    }
}

extension ReplaceError {
    /// With the C library's last error.
    fileprivate init(_ verb: String, _ path: String) {
        let number = Glibc.errno
        self.init(errno: number, text: "cannot \(verb) \(path): \(strerror(number).map { String(cString: $0) } ?? "?")")
    }
}
