// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// The audit log as a file: lines are only put at its end. Closed when it goes.
struct AuditFile: ~Copyable {
    private let path: String
    private var descriptor: Int32 = -1
    /// What is open.
    private var device: dev_t = 0
    private var inode: ino_t = 0
    /// Its last line has no end: a write was cut off there.
    private var isTorn = false

    /// Bytes at the end of a file that are looked through for its last line.
    static let tailBytes = 64 << 10

    init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Opens it, makes it, or makes it anew where it was moved away. Never through a symbolic link, and only a file.
    mutating func prepare() throws(AuditError) {
        var status = stat()
        if descriptor >= 0 {
            if lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode { return }
            close(descriptor)
            descriptor = -1
        }
        makeFolder()
        // Without waiting: a named pipe would wait for its reader.
        let flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let opened = open(path, flags, 0o640)
        guard opened >= 0 else { throw failed(errno) }
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw AuditError(text: "\(path): the audit log is to be a file, and that is none: name another in `audit`")
        }
        if status.st_mode & 0o137 != 0, fchmod(opened, status.st_mode & 0o640) != 0 {
            let code = errno
            close(opened)
            throw failed(code)
        }
        descriptor = opened
        (device, inode) = (status.st_dev, status.st_ino)
        isTorn = !endsWithNewline(status.st_size)
    }

    mutating func append(_ line: String) throws(AuditError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failed(errno) }
        let bytes = Array(((isTorn ? "\n" : "") + line).utf8)
        let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        let code = errno
        if count == bytes.count {
            isTorn = false
            return
        }
        // A half line is taken back. Where it cannot be, the next begins on a line of its own.
        if count > 0, ftruncate(descriptor, status.st_size) != 0 { isTorn = true }
        throw failed(count < 0 ? code : ENOSPC)
    }

    /// The number and the hash of the last whole line.
    func tail() -> (id: Int64, hash: String)? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return nil }
        let start = max(0, Int(status.st_size) - AuditFile.tailBytes)
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size) - start)
        let count = pread(descriptor, &bytes, bytes.count, off_t(start))
        guard count > 0 else { return nil }
        var lines = bytes.prefix(count).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // Behind the last newline there is nothing, or half a line.
        lines.removeLast()
        return lines.last.flatMap { AuditEntry.place(in: String(decoding: $0, as: UTF8.self)) }
    }

    private func endsWithNewline(_ size: off_t) -> Bool {
        var byte: UInt8 = 0
        return size == 0 || pread(descriptor, &byte, 1, size - 1) != 1 || byte == UInt8(ascii: "\n")
    }

    /// The last folder of the path.
    private func makeFolder() {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        mkdir(String(path[..<slash]), 0o750)
    }

    private func failed(_ code: Int32) -> AuditError {
        let reason: String
        switch code {
        case ELOOP: reason = "it is a symbolic link: name the file itself"
        case ENOSPC, EDQUOT: reason = "no room is left on the disk: free some"
        default: reason = "\(String(cString: strerror(code))): look at the disk under it, and at who may write there"
        }
        return AuditError(text: "\(path): the audit log cannot be written: \(reason)")
    }
}
