// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import ConfigurationFile
public import Credentials
import YAML

/// What a web configuration file says: the format that Prometheus, Alertmanager and the exporters share
/// (https://prometheus.io/docs/prometheus/latest/configuration/https/), so that one file serves all of them.
public struct WebConfiguration: Hashable, Sendable {
    /// Nil: plain HTTP.
    public var tls: TLSSettings?
    /// Headers of every answer, in the order of the file.
    public var headers: [Header] = []
    /// Passwords by user name. None: nobody is asked who he is.
    public var users: [String: PasswordHash] = [:]
    public var rateLimit: RateLimit?
    /// In the order of the file.
    public var warnings: [Complaint] = []

    public init() {}

    public struct Header: Hashable, Sendable {
        public var name, value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// One request each `interval`, and `burst` at once after a pause.
    public struct RateLimit: Hashable, Sendable {
        public var interval: Duration
        public var burst: Int

        public init(interval: Duration, burst: Int) {
            self.interval = interval
            self.burst = burst
        }
    }

    public enum Limits {
        public static let users = 1000
    }
}

extension WebConfiguration {
    /// Reads a file; an empty one says nothing. Files that it names are not looked at. Blocks for as long as the disk takes.
    public static func load(path: String) throws(ConfigurationError) -> WebConfiguration {
        try read(try ConfigurationFile.bytes(of: path), path: path)
    }

    /// Reads what a file holds. Paths in it start at the folder of `path`.
    public static func read(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> WebConfiguration {
        let root: YAMLNode?
        do {
            root = try YAMLDocument(parsing: bytes).root
        } catch {
            let complaint = Complaint(line: error.line, column: error.column, severity: .error, text: error.text)
            throw .wrong(path: path, complaints: [complaint])
        }
        var reader = WebReader(folder: path.lastIndex(of: "/").map { String(path[...$0]) } ?? "")
        var configuration = reader.configuration(root)
        guard reader.complaints.allSatisfy({ $0.severity == .warning }) else {
            throw .wrong(path: path, complaints: reader.complaints)
        }
        configuration.warnings = reader.complaints
        return configuration
    }
}
