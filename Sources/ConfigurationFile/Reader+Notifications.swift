// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import Units
import YAML

/// `notifications`: which Alertmanagers are told. The files are not looked at.
extension Reader {
    private typealias Limits = NotificationSettings.Limits
    /// Given by what an alert is about; `instance` has a key of its own.
    private static let takenLabels = [
        "alertname", "severity", "instance", "pool", "volume", "owner", "container", "reason", Alert.oursLabel,
    ]
    private static let exampleURL = "http://127.0.0.1:9093"

    mutating func notifications(_ field: Field?) -> NotificationSettings? {
        guard let field, !field.value.isNull else { return nil }
        let before = errors
        let fields = fields(field.value, of: .notifications)
        var settings = NotificationSettings(alertmanagers: alertmanagers(fields["alertmanagers"], in: field))
        if settings.alertmanagers.isEmpty, errors == before {
            error(at: field.mark, "`notifications` tells nobody: write `alertmanagers: [\(Reader.exampleURL)]`, or leave it out")
        }
        settings.labels = notificationLabels(fields["labels"])
        settings.instance = plainText(fields["instance"], example: "web-1.example.org:10787")
        settings.externalURL = externalURL(fields["external_url"])
        let interval = duration(
            fields["interval"], example: "1m", within: .seconds(1) ... .seconds(3600), limits: "between 1s and 1h")
        settings.interval = interval ?? settings.interval
        return settings.alertmanagers.isEmpty ? nil : settings
    }

    private mutating func alertmanagers(_ list: Field?, in field: Field) -> [NotificationSettings.Alertmanager] {
        var found: [NotificationSettings.Alertmanager] = []
        let nodes = self.list(list)
        for node in nodes {
            guard let one = alertmanager(node) else { continue }
            if found.contains(where: { $0.name == one.name }) {
                error(at: node.mark, "there is an entry for `\(one.name.shown)` already: leave one of them out")
            }
            found.append(one)
        }
        if nodes.count > Limits.alertmanagers {
            error(at: field.mark, "`alertmanagers` has \(nodes.count) entries: at most \(Limits.alertmanagers) are told")
        }
        return found
    }

    /// A URL, or keys of which one is `url`.
    private mutating func alertmanager(_ node: YAMLNode) -> NotificationSettings.Alertmanager? {
        guard node.scalar == nil || node.isNull else { return url(Field(key: "url", mark: node.mark, value: node)) }
        let before = errors
        let fields = fields(node, of: .alertmanager)
        guard let url = fields["url"] else {
            if errors == before { error(at: node.mark, "an Alertmanager has a `url`: write one such as `\(Reader.exampleURL)`") }
            return nil
        }
        let login = login(fields)
        guard var one = self.url(url) else { return nil }
        one.authorityFile = file(fields["ca_file"], example: "/etc/headroom/alertmanager-ca.pem")
        one.login = login
        if !one.isSecure, let field = fields["ca_file"] {
            error(at: field.mark, "`ca_file` is for a URL with https://: leave it out, or change the URL")
        }
        if !one.isSecure, login != nil, !["127.0.0.1", "::1", "localhost"].contains(one.host) {
            warning(at: url.value.mark, "what is secret goes to \(one.name.shown) for everybody to read: use https://")
        }
        return one
    }

    private mutating func login(_ fields: Fields) -> NotificationSettings.Login? {
        let user = plainText(fields["username"], example: "headroom")
        let password = file(fields["password_file"], example: "/etc/headroom/alertmanager.password")
        let token = file(fields["token_file"], example: "/etc/headroom/alertmanager.token")
        if let field = fields["token_file"], fields["username"] != nil || fields["password_file"] != nil {
            error(at: field.mark, "`token_file` and a password are two ways to say who one is: write one of them")
        } else if let field = fields["username"], fields["password_file"] == nil {
            error(at: field.mark, "`username` goes with a `password_file`: write both")
        } else if let field = fields["password_file"], fields["username"] == nil {
            error(at: field.mark, "`password_file` goes with a `username`: write both")
        }
        if let field = fields["username"], let user, user.contains(":") {
            error(at: field.value.mark, "`username` has a colon in it, which HTTP's passwords cannot carry: choose another one")
        }
        if let user, let password { return .password(user: user, file: password) }
        return token.map { .token(file: $0) }
    }

    private mutating func url(_ field: Field) -> NotificationSettings.Alertmanager? {
        guard let text = plainText(field, example: Reader.exampleURL) else { return nil }
        guard let url = WebAddress(text) else {
            // A password in it is not shown.
            let shown = text.contains("@") ? "this" : "`\(text.shown)`"
            error(
                at: field.value.mark,
                "\(shown) is no URL of an Alertmanager: write one such as `\(Reader.exampleURL)`, with a path if it has a prefix, and"
                    + " user and password as `username` and `password_file`")
            return nil
        }
        if url.path.hasSuffix("/api/v2/alerts") || url.path.hasSuffix("/api/v1/alerts") {
            error(at: field.value.mark, "the URL ends where Alertmanager's own begins: write it without `/api/...`")
        }
        return NotificationSettings.Alertmanager(
            isSecure: url.isSecure, host: url.host, port: url.port, prefix: url.path)
    }

    private mutating func externalURL(_ field: Field?) -> String? {
        let example = "https://web-1.example.org:10787/"
        guard let field, let text = plainText(field, example: example) else { return nil }
        if WebAddress(text) != nil { return text }
        error(at: field.value.mark, "`external_url` is no URL that people can open: write one such as `\(example)`")
        return nil
    }

    private mutating func notificationLabels(_ field: Field?) -> [String: String] {
        guard let field else { return [:] }
        var labels: [String: String] = [:]
        let entries = entries(of: field.value, called: "`labels` of `notifications`", keys: ["cluster"])
        for entry in entries {
            if !Reader.isLabelName(entry.key) || entry.key.hasPrefix("__") {
                error(
                    at: entry.keyMark,
                    "`\(entry.key.shown)` is not the name of a label: write letters, digits and `_`, such as `cluster`")
            } else if Reader.takenLabels.contains(entry.key) {
                let instead = entry.key == "instance" ? ": write it beside `labels`, not in it" : ": choose another name"
                error(at: entry.keyMark, "the label `\(entry.key)` says what an alert is about\(instead)")
            } else if let value = plainText(Field(key: entry.key, mark: entry.keyMark, value: entry.value), example: "a") {
                labels[entry.key] = value
            }
        }
        if entries.count > Limits.labels {
            error(at: field.mark, "`labels` has \(entries.count) entries: at most \(Limits.labels) are taken")
        }
        return labels
    }

    /// One line that is not empty.
    private mutating func plainText(_ field: Field?, example: String) -> String? {
        guard let field, let text = text(field, example: example) else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        if isPlain, !text.isEmpty, text.unicodeScalars.count <= Limits.text { return text }
        error(
            at: field.value.mark,
            "`\(field.key)` is one line of 1 to \(Limits.text) characters: write one such as `\(example)`")
        return nil
    }

    private mutating func file(_ field: Field?, example: String) -> String? {
        guard let field, let path = text(field, example: example) else { return nil }
        if path.hasPrefix("/") { return path }
        error(
            at: field.value.mark,
            "`\(field.key)`: `\(path.shown)` is no absolute path: write one such as `\(example)`")
        return nil
    }
}
