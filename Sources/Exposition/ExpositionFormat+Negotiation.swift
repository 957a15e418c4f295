// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension ExpositionFormat {
    /// What a request's `Accept` likes best (RFC 9110, 12.5.1): the highest q, and among equals what it names first.
    /// The text format 0.0.4 where there is no such header, and where nothing in it can be had, as other exporters do.
    public init(accept header: String) {
        var best: (format: ExpositionFormat, quality: Double)?
        for range in WeightedChoice.list(header) {
            guard range.quality > best?.quality ?? 0, let format = ExpositionFormat(range) else { continue }
            best = (format, range.quality)
        }
        self = best?.format ?? .text
    }

    /// Nil for what is not written here.
    private init?(_ range: WeightedChoice) {
        let version = range.parameters["version"]
        // A scheme that nobody knows is answered with the one that every reader understands.
        let scheme = range.parameters["escaping"].flatMap { EscapingScheme(rawValue: $0) } ?? .underscores
        switch (range.name, version) {
        case ("*/*", nil), ("text/*", nil), ("text/plain", nil), ("text/plain", "0.0.4"): self = .text
        case ("text/plain", "1.0.0"): self = .text1(scheme)
        case ("application/openmetrics-text", nil), ("application/openmetrics-text", "1.0.0"): self = .openMetrics(scheme)
        case ("application/openmetrics-text", "0.0.1"): self = .openMetricsDraft
        default: return nil
        }
    }
}

/// One entry of a header like `Accept`: what is liked, how much, and its parameters besides.
public struct WeightedChoice: Hashable, Sendable {
    /// In lower case.
    public let name: String
    /// 0 (not at all) to 1.
    public let quality: Double
    /// Without `q`; names in lower case, values without their quotes.
    public let parameters: [String: String]

    /// The entries of a header in their order. One that cannot be read is left out.
    public static func list(_ header: String) -> [WeightedChoice] {
        header.split(separator: ",").prefix(longest).compactMap { WeightedChoice($0) }
    }

    private init?(_ text: Substring) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmed }
        guard let name = parts.first, !name.isEmpty else { return nil }
        var quality = 1.0
        var parameters: [String: String] = [:]
        for part in parts.dropFirst() where !part.isEmpty {
            let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard pair.count == 2 else { return nil }
            let value = pair[1].hasPrefix("\"") ? pair[1].dropFirst().prefix { $0 != "\"" } : pair[1][...]
            guard pair[0].lowercased() == "q" else {
                parameters[pair[0].lowercased()] = String(value)
                continue
            }
            guard let number = Double(value), (0...1).contains(number) else { return nil }
            quality = number
        }
        self.name = name.lowercased()
        self.quality = quality
        self.parameters = parameters
    }

    /// More entries than this are not looked at.
    private static let longest = 50
}

extension Substring {
    fileprivate var trimmed: String {
        var text = self
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
