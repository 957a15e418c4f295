// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Credentials
import Glibc

/// Who asks, and what he may do.
struct Caller: Hashable, Sendable {
    enum Identity: Hashable, Sendable {
        /// A user of this host, over the Unix socket.
        case local(uid: uid_t, name: String)
        /// A user of the web configuration.
        case user(String)
        /// Whoever has the token of this name.
        case token(String)
        /// He did not say, and was not asked.
        case unknown
    }

    let identity: Identity
    let scopes: Set<Scope>

    /// For people and the journal: `root`, `alice`, `token alertmanager`.
    var name: String {
        switch identity {
        case .local(_, let name), .user(let name): name
        case .token(let name): "token \(name)"
        case .unknown: "somebody"
        }
    }

    func may(_ scope: Scope) -> Bool { scopes.contains(scope) }

    /// Throws a ``Refused`` that says which scope is missing.
    func require(_ scope: Scope) throws(Refused) {
        guard !may(scope) else { return }
        let hint: String
        switch (identity, scope) {
        case (.token, _): hint = "add `\(scope.rawValue)` to the token's `scopes` in the configuration file, and reload it"
        case (_, .breakGlass): hint = "use a token with the scope `\(scope.rawValue)`, or the command on the host as root"
        default: hint = "use a token with the scope `\(scope.rawValue)`, or a user of the web configuration"
        }
        throw Refused(.forbidden, "\(name) may not do this: the scope `\(scope.rawValue)` is missing", hint: hint)
    }
}

/// The names of those whom the socket answers.
struct LocalUsers: Sendable {
    private let names: [uid_t: String]

    /// Looks them up, once: a directory service may take its time.
    init() {
        names = Dictionary([0, geteuid()].map { ($0, LocalUsers.name(of: $0)) }) { first, _ in first }
    }

    func caller(_ uid: uid_t) -> Caller {
        Caller(identity: .local(uid: uid, name: names[uid] ?? "user \(uid)"), scopes: Set(Scope.allCases))
    }

    private static func name(of uid: uid_t) -> String {
        var buffer = [CChar](repeating: 0, count: 16_384)
        var (entry, found) = (passwd(), nil as UnsafeMutablePointer<passwd>?)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return "user \(uid)" }
        return String(cString: entry.pw_name)
    }
}
