// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// A whole small file, up to a bound.
enum BoundedFile {
    /// The file's bytes, and whether they are all of it.
    static func read(_ path: Path, limit: Int) throws(FilesystemError) -> (bytes: [UInt8], isWhole: Bool) {
        let file = try Descriptor(opening: path, O_RDONLY)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < limit {
            let count = Glibc.read(file.number, &chunk, min(chunk.count, limit - bytes.count))
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw .last("read", path) }
            if count == 0 { return (bytes, true) }
            bytes += chunk.prefix(count)
        }
        return (bytes, false)
    }
}

/// The names in a folder.
enum Folder {
    /// Without `.` and `..`. A name that is not UTF-8 is left out: the kernel's own are.
    static func names(in path: Path) throws(FilesystemError) -> [String] {
        guard let folder = path.withCString({ opendir($0) }) else { throw .last("list", path) }
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
}

/// An open file. Closed once, when it goes.
struct Descriptor: ~Copyable {
    let number: Int32

    init(opening path: Path, _ flags: Int32) throws(FilesystemError) {
        var number: Int32
        repeat { number = path.withCString { open($0, flags | O_CLOEXEC) } } while number < 0 && errno == EINTR
        guard number >= 0 else { throw .last("open", path) }
        self.number = number
    }

    deinit { close(number) }
}
