// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Credentials
import Glibc
public import Owners
public import Policy
import YAML

/// The configuration file: YAML in, checked rules out.
public enum Configuration {
    /// What a file says.
    public struct Loaded: Hashable, Sendable {
        public let rules: Rules
        /// Who may come over the network with a token, and where it is.
        public let tokens: [TokenSource]
        /// Who is told of growths and refusals; nil: nobody.
        public let notifications: NotificationSettings?
        /// In the order of the file.
        public let warnings: [Complaint]
    }

    /// Reads a file. An empty one, or one of comments only, gives the defaults. Blocks for as long as the disk takes.
    public static func load(path: String) throws(ConfigurationError) -> Loaded {
        try read(try ConfigurationFile.bytes(of: path), path: path)
    }

    /// Reads what a file holds. `path` is only for the error. `hookFault` tells why a hook would not be run, if so.
    public static func read(
        _ bytes: [UInt8], path: String, hookFault: (OwnerHook) -> String? = { $0.fault() }
    ) throws(ConfigurationError) -> Loaded {
        let root: YAMLNode?
        do {
            root = try YAMLDocument(parsing: bytes).root
        } catch {
            let complaint = Complaint(line: error.line, column: error.column, severity: .error, text: error.text)
            throw .wrong(path: path, complaints: [complaint])
        }
        let (contents, complaints) = withoutActuallyEscaping(hookFault) { hookFault in
            var reader = Reader(hookFault: hookFault)
            let contents = reader.file(root)
            return (contents, reader.complaints)
        }
        guard complaints.allSatisfy({ $0.severity == .warning }) else { throw .wrong(path: path, complaints: complaints) }
        return Loaded(
            rules: contents.rules, tokens: contents.tokens, notifications: contents.notifications, warnings: complaints)
    }
}

/// A file on disk, of any kind of configuration.
package enum ConfigurationFile {
    /// At most one byte more than is read, so that a larger file is known to be larger.
    package static func bytes(of path: String) throws(ConfigurationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { throw .missing(path: path) }
            throw .unreadable(path: path, reason: advice(on: errno))
        }
        defer { close(descriptor) }
        let most = YAMLDocument.Limits.size + 1
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < most {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, most - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, reason: advice(on: errno)) }
            if count == 0 { break }
            bytes += buffer.prefix(count)
        }
        return bytes
    }

    private static func advice(on code: Int32) -> String {
        let text = String(cString: strerror(code))
        switch code {
        case EISDIR: return "it is a directory: name a file in it"
        case EACCES, EPERM: return "\(text): run as root, or make it readable"
        default: return "\(text): check the path"
        }
    }
}
