// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Units
import YAML

extension Reader {
    /// Words that a hook is made of at most.
    private static let mostWords = 64

    /// `plain`: what holds for volumes without a known owner.
    mutating func plainHook(_ node: YAMLNode) -> OwnerHook? {
        let fields = fields(node, of: .plain)
        let timeout = duration(
            fields["hook_timeout"], example: "10s", within: .seconds(1) ... .seconds(50), limits: "between 1s and 50s")
        guard let field = fields["hook"] else {
            if let timeout = fields["hook_timeout"] {
                error(at: timeout.mark, "`hook_timeout` is for a `hook`: write one, or leave it out")
            }
            return nil
        }
        guard let command = command(field) else { return nil }
        let hook = OwnerHook(command: command, timeout: timeout ?? OwnerHook.timeout)
        if let fault = hookFault(hook) {
            warning(
                at: field.value.mark,
                "\(hook.program.shown) will not be run, and plain volumes that need a longer device not be grown: \(fault.shown(300))"
            )
        }
        return hook
    }

    /// A program by its path, and its arguments.
    private mutating func command(_ field: Field) -> [String]? {
        let advice = "write a list of a program and its arguments, such as `[/usr/local/sbin/note-size]`"
        guard let nodes = field.value.sequence else {
            error(at: field.value.mark, "`\(field.key)` is run without a shell: \(advice)")
            return nil
        }
        let words = nodes.compactMap { $0.scalar?.text }
        guard let program = words.first, words.count == nodes.count, words.count <= Reader.mostWords,
            !words.contains(where: { $0.utf8.contains(0) })
        else {
            error(at: field.value.mark, "`\(field.key)` has 1 to \(Reader.mostWords) words, and nothing else: \(advice)")
            return nil
        }
        if program.hasPrefix("/") { return words }
        error(at: nodes[0].mark, "`\(program.shown)` is no absolute path: \(advice)")
        return nil
    }
}
