// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// A command by which an owner takes down how long a volume is to be, before its device is. For volumes that no owner known
/// to Headroom keeps a record of: a script's `dmsetup create`.
public struct OwnerHook: Hashable, Sendable, Codable {
    /// A program by its absolute path, and its arguments. Run as it is, without a shell.
    public var command: [String]
    /// How long it may take before the growth is given up. It is not ended then.
    public var timeout: Duration

    public init(command: [String], timeout: Duration = OwnerHook.timeout) {
        self.command = command
        self.timeout = timeout
    }

    public static let timeout = Duration.seconds(10)

    public var program: String { command.first ?? "" }
}

extension OwnerHook {
    /// Why the program is not to be run, if there is a reason: nobody but root may have a say in what root runs. Blocks.
    public func fault() -> String? { fault(trusting: 0) }

    func fault(trusting owner: uid_t) -> String? {
        var file = stat()
        guard stat(program, &file) == 0 else {
            return errno == ENOENT ? "there is no such file" : String(cString: strerror(errno))
        }
        guard file.st_mode & S_IFMT == S_IFREG else { return "it is no file" }
        guard file.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH) != 0 else { return "it is not executable: `chmod +x \(program)`" }
        guard let real = realpath(program, nil) else { return String(cString: strerror(errno)) }
        defer { free(real) }
        // Who may write to a folder on the way may put another program there.
        for path in [program, String(cString: real)] {
            if let open = OwnerHook.chain(to: path).first(where: { OwnerHook.isWritable($0, byOthersThan: owner) }) {
                return "others than root can write to \(open): `chown root \(open); chmod go-w \(open)`"
            }
        }
        return nil
    }

    /// The file and each folder above it.
    private static func chain(to path: String) -> [String] {
        var chain = [path]
        while let last = chain.last, let slash = last.lastIndex(of: "/"), last != "/" {
            chain.append(slash == last.startIndex ? "/" : String(last[..<slash]))
        }
        return chain
    }

    private static func isWritable(_ path: String, byOthersThan owner: uid_t) -> Bool {
        var found = stat()
        guard stat(path, &found) == 0 else { return true }
        guard found.st_uid == 0 || found.st_uid == owner else { return true }
        // In a folder like /tmp nobody replaces what is another's.
        let isShared = found.st_mode & S_IFMT == S_IFDIR && found.st_mode & S_ISVTX != 0
        return found.st_mode & (S_IWGRP | S_IWOTH) != 0 && !isShared
    }
}
