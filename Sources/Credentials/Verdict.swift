// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Who somebody is, or why that is not known.
public enum Verdict: Hashable, Sendable {
    case user(String)
    case token(Token)
    /// The proof proves nothing.
    case wrong
    /// Too many passwords wait for their check.
    case busy
}

extension Credentials {
    /// Who brings this proof. A token is told at once, a password when its turn has come.
    /// - Parameter client: where it comes from.
    public func verify(_ proof: Proof, from client: String, with checks: PasswordChecks) async -> Verdict {
        switch proof {
        case .token(let secret): return bearer(of: secret).map { .token($0) } ?? .wrong
        case .password(let password, let user):
            // Without users nobody's name can be found out, and a check would only cost time.
            if users.isEmpty { return .wrong }
            let (hash, isKnown) = hash(for: user)
            switch await checks.check(user: user, password: password, hash: hash, isKnown: isKnown, from: client) {
            case .right: return .user(user)
            case .wrong: return .wrong
            case .busy: return .busy
            }
        }
    }
}
