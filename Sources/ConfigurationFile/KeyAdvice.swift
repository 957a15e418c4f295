// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// What the author of an unknown word most likely meant.
package enum KeyAdvice {
    /// The words that are compared are short; a longer one is nobody's slip.
    private static let longest = 40

    static func text(onUnknown key: String, in section: Section) -> String {
        let what = "`\(key.shown)` is not a key of \(section.place)"
        let wanted = normalised(key)
        if section.keys.contains(wanted) { return "\(what): did you mean `\(wanted)`?" }
        if let home = section.others.first(where: { $0.keys.contains(wanted) }) {
            return "\(what): `\(wanted)` belongs in \(home.place)"
        }
        if let near = nearest(to: wanted, among: section.keys) { return "\(what): did you mean `\(near)`?" }
        for other in section.others {
            if let near = nearest(to: wanted, among: other.keys) {
                return "\(what): did you mean `\(near)`, which belongs in \(other.place)?"
            }
        }
        return "\(what): it knows \(section.keys.map { "`\($0)`" }.joined(separator: ", "))"
    }

    /// The word that is fewest slips away, if they are few for its length.
    package static func nearest(to word: String, among words: [String]) -> String? {
        guard word.utf8.count <= longest else { return nil }
        let ranked = words.map { (word: $0, distance: distance(from: word, to: $0)) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, best.word.utf8.count / 3) ? best.word : nil
    }

    /// `maxSize`, `Max-Size` and `max size` all mean `maximum_size`.
    private static func normalised(_ key: String) -> String {
        guard key.utf8.count <= longest else { return key }
        var words = ""
        var previous: Character?
        for character in key {
            if character == "-" || character == " " || character == "." {
                words += "_"
            } else {
                if character.isUppercase, previous?.isLowercase == true { words += "_" }
                words += character.lowercased()
            }
            previous = character
        }
        let full = ["max": "maximum", "min": "minimum"]
        return words.split(separator: "_").map { full[String($0)] ?? String($0) }.joined(separator: "_")
    }

    /// How many letters must be put in, left out, replaced or swapped with their neighbour.
    static func distance(from a: String, to b: String) -> Int {
        let (a, b) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        var rows = [Array(0...b.count)]
        for i in 0..<a.count {
            var row = [i + 1]
            for j in 0..<b.count {
                var best = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
