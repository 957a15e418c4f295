// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CYAML

extension Mark {
    /// libyaml counts from 0.
    init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }

    /// Where the byte number `offset` (from 0) stands in `bytes`, whose part before it is valid UTF-8.
    init(ofByte offset: Int, in bytes: some Collection<UInt8>) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(line: line, column: column)
    }
}

/// libyaml's complaint, with what most often is behind it.
struct YAMLSyntax {
    let problem: String
    let mark: yaml_mark_t
    /// Where that which is being read began.
    let context: yaml_mark_t
    let input: UnsafeMutableBufferPointer<UInt8>

    var error: YAMLError {
        if problem.hasPrefix("did not find expected alphabetic or numeric character") {
            return YAMLError(.syntax, at: Mark(context), "a value that begins with * or & goes into quotes: \"*\"")
        }
        return YAMLError(.syntax, at: Mark(mark), advice ?? "\(problem): mend the YAML here or just above")
    }

    private var advice: String? {
        if character == UInt8(ascii: "\t") { return "a tab: YAML is indented with spaces, so put spaces here" }
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

    /// The byte that the mark stands at.
    private var character: UInt8? {
        var line = 0
        var column = 0
        for byte in input {
            if line == Int(clamping: mark.line), column == Int(clamping: mark.column) { return byte }
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 0
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return nil
    }
}
