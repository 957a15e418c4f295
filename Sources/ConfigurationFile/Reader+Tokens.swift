// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Credentials
import Units
import YAML

extension Reader {
    /// `tokens`: who may come over the network with which token. The files are not looked at.
    mutating func tokens(_ field: Field?) -> [TokenSource] {
        var tokens: [TokenSource] = []
        let nodes = list(field)
        for node in nodes.prefix(TokenSource.Limits.count) {
            let fields = fields(node, of: .token)
            let name = tokenName(fields, at: node.mark)
            let file = tokenFile(fields, at: node.mark)
            let scopes = scopes(fields, at: node.mark)
            guard let name, let file, let scopes else { continue }
            if tokens.contains(where: { $0.name == name }) {
                error(at: node.mark, "there is a token `\(name.shown)` already: the journal tells them apart by their names")
            }
            tokens.append(TokenSource(name: name, file: file, scopes: scopes))
        }
        if let field, nodes.count > TokenSource.Limits.count {
            error(at: field.mark, "`tokens` has \(nodes.count) entries: at most \(TokenSource.Limits.count) are read")
        }
        return tokens
    }

    private mutating func tokenName(_ fields: Fields, at mark: Mark) -> String? {
        guard let field = fields["name"] else {
            error(at: mark, "a token has a `name`, for the journal: write one such as `alertmanager`")
            return nil
        }
        guard let name = text(field, example: "alertmanager") else { return nil }
        let isPlain = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        if isPlain, !name.isEmpty, name.utf8.count <= TokenSource.Limits.name { return name }
        error(
            at: field.value.mark,
            "`name` is one word of at most \(TokenSource.Limits.name) ASCII characters, such as `alertmanager`")
        return nil
    }

    private mutating func tokenFile(_ fields: Fields, at mark: Mark) -> String? {
        let example = "/etc/headroom/tokens/alertmanager"
        guard let field = fields["file"] else {
            error(at: mark, "a token has a `file` that it is in: write its path, such as `\(example)`")
            return nil
        }
        guard let path = text(field, example: example) else { return nil }
        if path.hasPrefix("/") { return path }
        error(at: field.value.mark, "`file`: `\(path.shown)` is no absolute path: write one such as `\(example)`")
        return nil
    }

    private mutating func scopes(_ fields: Fields, at mark: Mark) -> Set<Scope>? {
        let names = Scope.allCases.map(\.rawValue)
        guard let field = fields["scopes"] else {
            error(at: mark, "a token has `scopes`: write some of \(names.map { "`\($0)`" }.joined(separator: ", ")) as a list")
            return nil
        }
        var scopes: Set<Scope> = []
        for node in list(field) {
            let field = Field(key: "scopes", mark: node.mark, value: node)
            if let scope = word(field, of: names).flatMap(Scope.init) { scopes.insert(scope) }
        }
        if !scopes.isEmpty { return scopes }
        error(at: field.mark, "`scopes` names nothing that the token may do: write some of \(names.joined(separator: ", "))")
        return nil
    }
}
