// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A bearer token, as the configuration names it: the token itself is in a file of its own, so that the same file serves
/// whoever sends it.
public struct TokenSource: Hashable, Sendable {
    /// What journal and log call its bearer.
    public var name: String
    /// The file's path.
    public var file: String
    public var scopes: Set<Scope>

    public init(name: String, file: String, scopes: Set<Scope>) {
        self.name = name
        self.file = file
        self.scopes = scopes
    }

    public enum Limits {
        /// Tokens in one configuration.
        public static let count = 100
        /// Characters of a name.
        public static let name = 64
        /// Characters of a token. Fewer can be guessed.
        public static let shortest = 16
        public static let longest = 4096
    }
}

/// Why a token is not taken. Never tells what is in the file.
public struct TokenError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// A token that was read. Only its mark is kept.
public struct Token: Hashable, Sendable {
    public let name: String
    public let scopes: Set<Scope>
    let mark: SecretMark

    /// For a token that is known as it is.
    init(name: String, scopes: Set<Scope>, secret: [UInt8]) {
        self.name = name
        self.scopes = scopes
        mark = SecretMark.of(secret)
    }
}
