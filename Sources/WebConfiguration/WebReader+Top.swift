// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Credentials
import Units
import YAML

extension WebReader {
    /// The whole file.
    mutating func configuration(_ root: YAMLNode?) -> WebConfiguration {
        var configuration = WebConfiguration()
        guard let root else { return configuration }
        let fields = fields(
            root, of: "the top of the file",
            keys: ["tls_server_config", "http_server_config", "basic_auth_users", "rate_limit"])
        if let entry = fields["tls_server_config"] { configuration.tls = tls(entry) }
        if let entry = fields["http_server_config"] { configuration.headers = headers(entry) }
        if let entry = fields["basic_auth_users"] { configuration.users = users(entry) }
        if let entry = fields["rate_limit"] { configuration.rateLimit = rateLimit(entry) }
        return configuration
    }

    private mutating func headers(_ entry: YAMLNode.Entry) -> [WebConfiguration.Header] {
        let fields = fields(entry.value, of: "`http_server_config`", keys: ["http2", "headers"])
        if let entry = fields["http2"], flag(entry) == true {
            warning(at: entry.keyMark, "HTTP/2 is not served: clients are told so, and use HTTP/1.1")
        }
        guard let entry = fields["headers"] else { return [] }
        let values: [(name: String, allowed: [String])] = [
            ("Content-Security-Policy", []), ("X-Frame-Options", ["deny", "sameorigin"]),
            ("X-Content-Type-Options", ["nosniff"]), ("X-XSS-Protection", []), ("Strict-Transport-Security", []),
        ]
        let headers = self.fields(entry.value, of: "`headers`", keys: values.map(\.name))
        return values.compactMap { name, allowed in
            guard let entry = headers[name], let text = text(entry) else { return nil }
            if !allowed.isEmpty, !allowed.contains(text) {
                let list = allowed.map { "`\($0)`" }.joined(separator: " or ")
                error(at: entry.value.mark, "`\(name)` cannot be `\(text.shown)`: it is \(list)")
                return nil
            }
            guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                error(at: entry.value.mark, "`\(name)` is one line of visible ASCII")
                return nil
            }
            return .init(name: name, value: text)
        }
    }

    private mutating func users(_ entry: YAMLNode.Entry) -> [String: PasswordHash] {
        var users: [String: PasswordHash] = [:]
        let entries = entries(entry.value, of: "`basic_auth_users`", example: "alice")
        for user in entries.prefix(WebConfiguration.Limits.users) {
            // Never shown: it may be the password itself.
            guard let text = text(user), let hash = PasswordHash(text) else {
                error(
                    at: user.value.mark,
                    "the password of `\(user.key.shown)` is not hashed with bcrypt: take what `htpasswd -nBC 10 ''` prints after the colon"
                )
                continue
            }
            if user.key.contains(":") || user.key.isEmpty {
                warning(
                    at: user.keyMark, "nobody can log in as `\(user.key.shown)`: a name has characters, and no colon among them")
            }
            if hash.cost >= PasswordHash.Limits.slow {
                warning(
                    at: user.value.mark,
                    "the password of `\(user.key.shown)` takes seconds to check, at cost \(hash.cost): 10 to 12 is usual")
            }
            users[user.key] = hash
        }
        if entries.count > WebConfiguration.Limits.users {
            error(
                at: entry.keyMark, "`\(entry.key)` has \(entries.count) users: at most \(WebConfiguration.Limits.users) are read")
        }
        return users
    }

    private mutating func rateLimit(_ entry: YAMLNode.Entry) -> WebConfiguration.RateLimit? {
        let fields = fields(entry.value, of: "`rate_limit`", keys: ["interval", "burst"])
        var burst = 0
        if let entry = fields["burst"], let text = text(entry) {
            if let number = Int(text), number >= 0 {
                burst = number
            } else {
                error(at: entry.value.mark, "`burst` cannot be `\(text.shown)`: it is a number of requests, such as `20`")
            }
        }
        guard let field = fields["interval"], let text = text(field) else { return nil }
        guard let interval = Duration(go: text) else {
            error(at: field.value.mark, "`interval` cannot be `\(text.shown)`: it is a time, such as `50ms` or `1m30s`")
            return nil
        }
        guard interval > .zero else { return nil }
        if burst == 0 {
            warning(at: entry.keyMark, "nothing is answered with a `burst` of 0: name how many requests may come at once")
        }
        return .init(interval: interval, burst: burst)
    }
}

extension Duration {
    /// As Go writes it: numbers with units, one after the other. Nil for anything else, and below zero.
    init?(go text: String) {
        let units = ["ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600]
        if text == "0" {
            self = .zero
            return
        }
        var (rest, total) = (text[...], 0.0)
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isASCII && ($0.isNumber || $0 == ".")) }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(digits), let scale = units[String(unit)] else { return nil }
            total += number * scale
        }
        guard total.isFinite, total < 1e9 else { return nil }
        self = .nanoseconds(Int64((total * 1e9).rounded()))
    }
}
