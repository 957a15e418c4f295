// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What a command could not do: what happened, to what, and what to do next. Printed as one line; exit code 1.
struct CommandError: Error, CustomStringConvertible {
    let text: String
    let hint: String?

    init(_ text: String, hint: String? = nil) {
        self.text = text
        self.hint = hint
    }

    var description: String { hint.map { "\(text); \($0)" } ?? text }
}
