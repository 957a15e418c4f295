// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import Sandbox
public import Units

/// How the records of owners are read: the host's files, or a made tree in tests. Blocking.
public protocol FileReading: Sendable {
    /// The whole of a file. One of more than `limit` bytes is an error: half a record is none.
    func contents(of path: String, limit: Int) throws(FileError) -> [UInt8]
    /// The names in a folder, without `.` and `..`, in no order.
    func names(in path: String) throws(FileError) -> [String]
    func status(of path: String) throws(FileError) -> FileStatus
}

/// What of stat(2) tells whether a file is the same and unchanged.
public struct FileStatus: Hashable, Sendable {
    public var device: DeviceNumber
    public var inode: UInt64
    public var size: UInt64
    /// Of the last change of its content, since 1970.
    public var modifiedNanoseconds: Int64
}

public struct FileError: Error, Hashable, Sendable {
    public var path: String
    public var cause: Cause

    public enum Cause: Hashable, Sendable {
        case system(errno: Int32)
        case tooLarge(limit: Int)
        case notText
    }

    public init(_ path: String, _ cause: Cause) {
        self.path = path
        self.cause = cause
    }

    /// It is not there, or no longer.
    public var isMissing: Bool { [ENOENT, ENOTDIR, ESRCH].contains { cause == .system(errno: $0) } }
}

extension FileError: CustomStringConvertible {
    public var description: String {
        switch cause {
        case .system(let errno): "cannot read \(path): \(strerror(errno).map { String(cString: $0) } ?? "errno \(errno)")"
        case .tooLarge(let limit): "cannot read \(path): it has more than \(limit) bytes, more than any record of its kind"
        case .notText: "cannot read \(path): it is not UTF-8"
        }
    }
}

extension FileReading {
    /// A file of one short line.
    func line(of path: String) throws(FileError) -> String {
        let bytes = try contents(of: path, limit: 4096)
        guard let text = String(validating: bytes, as: UTF8.self) else { throw FileError(path, .notText) }
        return text.split(whereSeparator: \.isNewline).first.map { String($0).trimmed() } ?? ""
    }
}

/// The host's own files.
public struct HostFiles: FileReading {
    let root: String

    /// `root`: a folder that stands for `/`, for a made tree.
    public init(root: String = HostView.root) { self.root = root }

    public func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
        let descriptor = open(root + path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw FileError(path, .system(errno: errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit + 1, 16 << 10))
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw FileError(path, .system(errno: errno)) }
            if count == 0 { return bytes }
            bytes += chunk.prefix(count)
            if bytes.count > limit { throw FileError(path, .tooLarge(limit: limit)) }
        }
    }

    public func names(in path: String) throws(FileError) -> [String] {
        guard let folder = opendir(root + path) else { throw FileError(path, .system(errno: errno)) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            if let name, name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    public func status(of path: String) throws(FileError) -> FileStatus {
        var answer = stat()
        guard stat(root + path, &answer) == 0 else { throw FileError(path, .system(errno: errno)) }
        return FileStatus(
            device: DeviceNumber(statusField: UInt64(answer.st_dev)),
            inode: UInt64(answer.st_ino), size: UInt64(clamping: answer.st_size),
            modifiedNanoseconds: Int64(answer.st_mtim.tv_sec) * 1_000_000_000 + Int64(answer.st_mtim.tv_nsec))
    }
}
