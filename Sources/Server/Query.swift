// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What stands behind the question mark of a request's path, in its order.
struct Query {
    let fields: [(name: String, value: String)]

    /// Throws what could not be read: it is not percent-encoded UTF-8.
    init(_ text: String) throws(Unreadable) {
        var fields: [(String, String)] = []
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = String(percentEncoded: Query.spaced(parts[0])),
                let value = String(percentEncoded: Query.spaced(parts.count > 1 ? parts[1] : ""))
            else { throw Unreadable(text: "`\(pair.prefix(100))` is not percent-encoded UTF-8") }
            fields.append((name, value))
        }
        self.fields = fields
    }

    struct Unreadable: Error { var text: String }

    /// Forms write a blank as a plus.
    private static func spaced(_ text: some StringProtocol) -> String { String(text.map { $0 == "+" ? " " : $0 }) }
}
