// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Credentials
import Exposition
import Glibc
import HTTPTypes
import Hummingbird

/// Who may ask for what.
struct Access: Sendable {
    let control: AccessControl
    let local = LocalUsers()

    /// Who asks for this over the network or the socket. Throws a ``Refused`` to those who may not.
    func admit(
        to route: Route?, _ request: Request, through door: Door, _ connection: Connection
    ) async throws -> Caller {
        switch door {
        case .socket:
            let user = try await connection.peerUser()
            guard Access.allows(user: user, of: geteuid()) else {
                throw Refused(
                    .forbidden, "this socket answers root only, and you are user \(user)", hint: "run the command as root")
            }
            return local.caller(user)
        case .network:
            do throws(Rejected) {
                guard control.takesOneMore() else { throw .rateLimited }
                let rules = control.rules
                let caller = try await identify(request.headers, connection.neighbourhood, by: rules)
                try check(caller, route, request, connection, by: rules)
                return caller
            } catch {
                control.rejections.count(error.reason, from: connection.client)
                if error.reason == .wrongCredentials || error.reason == .busy {
                    let delay = control.rejections.delay()
                    if delay > .zero { try await Task.sleep(for: delay) }
                }
                throw error.refused
            }
        }
    }

    /// Throws a ``Refused`` where the caller lacks a scope that only what he sent shows to be needed.
    func require(_ scope: Scope, of caller: Caller, _ connection: Connection) throws {
        do throws(Refused) {
            try caller.require(scope)
        } catch {
            control.rejections.count(.forbidden, from: connection.client)
            throw error
        }
    }

    static func allows(user: uid_t, of daemon: uid_t) -> Bool { user == 0 || user == daemon }

    private func identify(_ headers: HTTPFields, _ neighbourhood: String, by rules: AccessRules) async throws(Rejected) -> Caller
    {
        let unknown = Caller(identity: .unknown, scopes: rules.isOpen ? [.read] : [])
        guard !rules.credentials.isEmpty, let header = headers[.authorization] else { return unknown }
        guard let proof = Proof(authorization: header) else { throw .wrongCredentials(rules) }
        // What is open to all is open to those who bring a password that nobody asked for.
        if rules.isOpen, case .password = proof { return unknown }
        switch await rules.credentials.verify(proof, from: neighbourhood, with: control.passwords) {
        case .user(let name): return Caller(identity: .user(name), scopes: [.read, .override])
        case .token(let token):
            return Caller(identity: .token(token.name), scopes: token.scopes.union(unknown.scopes))
        case .wrong: throw .wrongCredentials(rules)
        case .busy: throw .busy
        }
    }

    private func check(
        _ caller: Caller, _ route: Route?, _ request: Request, _ connection: Connection, by rules: AccessRules
    ) throws(Rejected) {
        let changes = route?.changes ?? false
        if case .unknown = caller.identity {
            if rules.credentials.isEmpty {
                if changes, let route { try checkWithoutAuthentication(route, request, connection) }
            } else if changes || !caller.may(.read) {
                throw .unauthenticated(rules)
            }
            return
        }
        do throws(Refused) {
            try caller.require(changes ? .override : .read)
        } catch {
            throw Rejected(.forbidden, error)
        }
        // Browsers send a password along with whatever another site's page makes them ask for.
        if changes, case .user = caller.identity, request.isOfAnotherSite {
            throw Rejected(
                .forbidden,
                Refused(
                    .forbidden, "this comes from another site's page",
                    hint: "send it from Headroom's own page, or without a browser"))
        }
    }

    private func checkWithoutAuthentication(
        _ route: Route, _ request: Request, _ connection: Connection
    ) throws(Rejected) {
        guard route == .reload else {
            throw Rejected(
                .forbidden,
                Refused(
                    .forbidden, "nothing is changed over the network, as no authentication is set up",
                    hint: "run headroom on the host as root, or use its Unix socket; docs/authentication.md says how to set it up"
                ))
        }
        guard connection.isFromLoopback, request.isOfItsOwn else {
            throw Rejected(
                .forbidden,
                Refused(
                    .forbidden, "a reload is taken from this host only",
                    hint: "run `systemctl reload headroom` on the host, or send the daemon SIGHUP"))
        }
    }
}

extension Request {
    /// Neither a web page's doing in a browser on this host (browsers name the page's origin with every POST), nor passed on
    /// by a proxy on this host for somebody elsewhere.
    fileprivate var isOfItsOwn: Bool {
        let foreign = ["Origin", "Forwarded", "X-Forwarded-For", "Via"].compactMap { HTTPField.Name($0) }
        return foreign.allSatisfy { !headers.contains($0) }
    }

    /// A browser sends it for a page that came from elsewhere.
    fileprivate var isOfAnotherSite: Bool {
        if let site = HTTPField.Name("Sec-Fetch-Site"), let value = headers[site], value != "same-origin", value != "none" {
            return true
        }
        guard let name = HTTPField.Name("Origin"), let origin = headers[name] else { return false }
        return origin != "https://\(head.authority ?? "")" && origin != "http://\(head.authority ?? "")"
    }
}
