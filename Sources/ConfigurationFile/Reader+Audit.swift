// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy
import YAML

extension Reader {
    /// Bytes of a path (PATH_MAX, with its closing NUL).
    private static let longestPath = 4095

    /// `audit`: where the history is written a second time: one place. The file is not looked at.
    mutating func audit(_ node: YAMLNode) -> AuditLog? {
        let fields = fields(node, of: .audit)
        let path = auditFile(fields["file"])
        let isJournald = word(fields["journald"], of: ["true", "false"]) == "true"
        guard isJournald else { return path.map { .file($0) } }
        if let field = fields["file"] {
            error(at: field.mark, "`audit` goes to one place: leave out `file`, or write `journald: false`")
        }
        return .journald
    }

    private mutating func auditFile(_ field: Field?) -> String? {
        let example = "/var/log/headroom/audit.jsonl"
        guard let field, let path = text(field, example: example) else { return nil }
        let isFile = path.hasPrefix("/") && !path.hasSuffix("/")
        if isFile, path.utf8.count <= Reader.longestPath, !path.utf8.contains(0) { return path }
        error(at: field.value.mark, "`file`: `\(path.shown)` is no absolute path of a file: write one such as `\(example)`")
        return nil
    }
}
