// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Everybody who is known, and how each proves who he is.
public struct Credentials: Hashable, Sendable {
    /// Passwords by user name.
    public var users: [String: PasswordHash]
    public var tokens: [Token]

    public init(users: [String: PasswordHash] = [:], tokens: [Token] = []) {
        self.users = users
        self.tokens = tokens
    }

    /// Nobody can prove anything: no authentication is set up.
    public var isEmpty: Bool { users.isEmpty && tokens.isEmpty }

    /// Who has this token.
    func bearer(of secret: [UInt8]) -> Token? {
        let mark = SecretMark.of(secret)
        return tokens.first { $0.mark == mark }
    }

    /// What to check the password of `user` against, and whether there is such a user. For others it is a decoy that costs
    /// what one of the users' costs, always the same for the same name.
    func hash(for user: String) -> (hash: PasswordHash, isKnown: Bool) {
        if let hash = users[user] { return (hash, true) }
        let costs = users.values.map(\.cost).sorted()
        guard !costs.isEmpty else { return (PasswordHash(decoyOfCost: 10), false) }
        return (PasswordHash(decoyOfCost: costs[SecretMark.of(Array(user.utf8)).index(below: costs.count)]), false)
    }
}
