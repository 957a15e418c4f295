// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Digest

/// What tells a secret from others and does not tell the secret: its HMAC under a key of this process alone.
/// Two are compared by what they are made of, so how long that takes says nothing about either secret.
struct SecretMark: Hashable, Sendable {
    private let bytes: [UInt8]

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A number below `count` that nobody else can foresee.
    func index(below count: Int) -> Int { bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } % count }

    /// Each part with its length, so that no two lists of parts are the same.
    static func of(_ parts: [UInt8]...) -> SecretMark {
        let message = parts.flatMap { part in
            (0..<8).map { UInt8(truncatingIfNeeded: UInt64(part.count) >> UInt64(8 * $0)) } + part
        }
        return SecretMark(SHA256.authenticate(message, key: key))
    }

    private static let key: [UInt8] = {
        var random = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    }()
}
