// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CYAML

/// libyaml's complaint, with what most often is behind it.
struct YAMLSyntax {
    let problem: String
    let mark: yaml_mark_t
    /// Where that which is being read began.
    let context: yaml_mark_t
    let input: UnsafeBufferPointer<UInt8>
    let end: Mark

    var error: YAMLError {
        if problem.hasPrefix("did not find expected alphabetic or numeric character") {
            return YAMLError(.syntax, at: min(Mark(context), end), "a value that begins with * or & goes into quotes: \"*\"")
        }
        return YAMLError(.syntax, at: min(Mark(mark), end), advice ?? "\(problem): mend the YAML here or just above")
    }

    private var advice: String? {
        if Mark.byte(at: Mark(mark), in: input) == UInt8(ascii: "\t") {
            return "a tab: YAML is indented with spaces, so put spaces here"
        }
        if problem.hasPrefix("found character that cannot start any token") {
            return "a value cannot begin with this character: put it into quotes"
        }
        if problem.hasPrefix("mapping values are not allowed") {
            return
                "a second `: ` in one value: check the indentation of this line and the one above, or put the value into quotes"
        }
        if problem.hasPrefix("could not find expected ':'") {
            return "a key without `:`: write `key: value`, and check the indentation of this line and the one above"
        }
        if problem.hasPrefix("did not find expected ',' or") {
            return "a list or mapping in brackets is not closed: a `,`, `]` or `}` is missing before this"
        }
        if problem.hasPrefix("did not find expected key") || problem.hasPrefix("did not find expected '-'") {
            return "this does not line up with what is above it: entries of one list or mapping begin in the same column"
        }
        if problem.hasPrefix("found unexpected end of stream") { return "a quote was opened and never closed: close it" }
        return nil
    }
}
