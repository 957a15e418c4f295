// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import HTTPTypes

/// What a scrape asks for: which families, in which format, compressed or not, and by when.
struct ScrapeWish: Hashable {
    var groups = FamilyGroup.allCases
    var format = ExpositionFormat.text
    var takesGzip = false
    /// How long the answer is of use; nil when the scraper does not say.
    var deadline: Duration?

    init() {}

    /// Throws a ``Refused`` for families that are not there. Headers that are not understood are left alone.
    init(query: String, headers: HTTPFields) throws {
        groups = try ScrapeWish.groups(query)
        if let accept = headers[.accept] { format = ExpositionFormat(accept: accept) }
        takesGzip = headers[.acceptEncoding].map(ScrapeWish.takesGzip) ?? false
        if let name = ScrapeWish.timeoutHeader, let text = headers[name] { deadline = ScrapeWish.deadline(text) }
    }

    /// `collect[]` names what to tell, `exclude[]` what to leave out, each as often as needed; other names are not ours.
    private static func groups(_ text: String) throws -> [FamilyGroup] {
        let query: Query
        do throws(Query.Unreadable) { query = try Query(text) } catch { throw refused(error.text) }
        func named(_ name: String) throws -> Set<FamilyGroup> {
            Set(
                try query.fields.filter { $0.name == name }.map { field in
                    guard let group = FamilyGroup(rawValue: field.value) else {
                        throw refused("`\(name)` knows no `\(field.value.prefix(100))`")
                    }
                    return group
                })
        }
        let (wanted, unwanted) = (try named("collect[]"), try named("exclude[]"))
        if !wanted.isEmpty, !unwanted.isEmpty { throw refused("`collect[]` and `exclude[]` do not go together") }
        return FamilyGroup.allCases.filter { wanted.isEmpty ? !unwanted.contains($0) : wanted.contains($0) }
    }

    private static func refused(_ text: String) -> Refused {
        let known = FamilyGroup.allCases.map(\.rawValue).joined(separator: ", ")
        return Refused(.badRequest, text, hint: "ask like ?collect[]=daemon&collect[]=pools; there are \(known)")
    }

    /// RFC 9110, 12.5.3: what is named itself counts more than `*`.
    static func takesGzip(_ header: String) -> Bool {
        let choices = WeightedChoice.list(header)
        let choice = choices.first { $0.name == "gzip" || $0.name == "x-gzip" } ?? choices.first { $0.name == "*" }
        return (choice?.quality ?? 0) > 0
    }

    /// What Prometheus sends with every scrape: its `scrape_timeout`.
    static let timeoutHeader = HTTPField.Name("X-Prometheus-Scrape-Timeout-Seconds")

    /// A little less than the scraper waits, since the answer has a way to go.
    static func deadline(_ text: String) -> Duration? {
        guard let seconds = Double(text), seconds > 0, seconds < 86_400 else { return nil }
        return .seconds(seconds - min(0.25, seconds / 4))
    }
}
