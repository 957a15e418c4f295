// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Owners
import Synchronization
import Units

/// A folder that stands for a host's root, removed with everything in it at the end. Counts what is read from it.
final class MadeHost: FileReading {
    let root: String
    private let files: HostFiles
    let reads = Counter()

    init() {
        var template = Array("/tmp/headroom-tests.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("cannot make a folder in /tmp: errno \(errno)") }
        root = String(cString: made)
        files = HostFiles(root: root)
    }

    deinit { _ = system("rm -rf '\(root)'") }

    func contents(of path: String, limit: Int) throws(FileError) -> [UInt8] {
        reads.add()
        return try files.contents(of: path, limit: limit)
    }

    func names(in path: String) throws(FileError) -> [String] {
        reads.add()
        return try files.names(in: path)
    }

    func status(of path: String) throws(FileError) -> FileStatus { try files.status(of: path) }

    func write(_ text: String, to path: String) {
        folder(String(path.split(separator: "/").dropLast().joined(separator: "/")))
        guard let file = fopen(root + path, "w") else { fatalError("cannot write \(root + path): errno \(errno)") }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        precondition(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    func folder(_ path: String) {
        var made = root
        for part in path.split(separator: "/") {
            made += "/\(part)"
            mkdir(made, 0o755)
        }
    }

    func remove(_ path: String) { _ = system("rm -rf '\(root)\(path)'") }

    /// Sets a file's time back, so that it counts as settled.
    func age(_ path: String) { _ = system("touch -d '1 hour ago' '\(root)\(path)'") }

    /// What Docker calls its devices when its data is in this folder.
    func dockerPrefix(of dataRoot: String) -> String {
        folder(dataRoot + "/devicemapper")
        guard let status = try? files.status(of: dataRoot + "/devicemapper") else {
            fatalError("no folder \(dataRoot)/devicemapper")
        }
        return "docker-\(status.device)-\(status.inode)"
    }
}

/// A count that outlives the call it is raised in; the directory asks from one thread at a time.
final class Counter: Sendable {
    private let total = Mutex(0)

    var count: Int { total.withLock { $0 } }

    func add() { total.withLock { $0 += 1 } }
}
