// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension String {
    /// A word from outside in a message: one line, not long, nothing that a terminal acts on.
    package var shown: String { shown(60) }

    /// The same, at most so long.
    package func shown(_ most: Int) -> String {
        var text = ""
        for scalar in unicodeScalars.prefix(most) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                text += scalar.escaped(asASCII: true)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return unicodeScalars.count > most ? text + "..." : text
    }
}
