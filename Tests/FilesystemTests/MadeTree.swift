// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Glibc

/// A folder of its own for one test, removed with everything in it at the end.
final class MadeTree: Sendable {
    let root: String

    init() {
        var template = Array("/tmp/headroom-tests.XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { fatalError("cannot make a folder in /tmp: errno \(errno)") }
        root = String(cString: made)
    }

    deinit { _ = run("rm -rf '\(root)'") }

    var path: Path { Path(root) }

    func path(_ name: String) -> Path { path.appending(name) }

    /// Makes the file and the folders above it.
    func write(_ bytes: [UInt8], to name: String) {
        folder(String(name.split(separator: "/").dropLast().joined(separator: "/")))
        guard let file = fopen("\(root)/\(name)", "w") else { fatalError("cannot write \(root)/\(name): errno \(errno)") }
        defer { fclose(file) }
        precondition(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    func write(_ text: String, to name: String) { write(Array(text.utf8), to: name) }

    func folder(_ name: String) {
        var path = root
        for part in name.split(separator: "/") {
            path += "/\(part)"
            mkdir(path, 0o755)
        }
    }

    /// Another name for the same file: the same inode, as two processes in one namespace have.
    func link(_ name: String, to other: String) {
        folder(String(name.split(separator: "/").dropLast().joined(separator: "/")))
        precondition(Glibc.link("\(root)/\(other)", "\(root)/\(name)") == 0)
    }

    /// A sparse file, as a device.
    func image(_ name: String, mebibytes: Int) -> Path {
        write("", to: name)
        precondition(truncate("\(root)/\(name)", mebibytes << 20) == 0)
        return path(name)
    }
}

/// A shell line's exit code.
func run(_ line: String) -> Int32 { system("PATH=$PATH:/usr/sbin:/sbin; { \(line); } > /dev/null 2>&1") }

func isInstalled(_ tool: String) -> Bool { run("command -v \(tool)") == 0 }
