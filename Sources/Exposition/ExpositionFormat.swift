// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A format that a scraper can ask for.
public enum ExpositionFormat: Hashable, Sendable {
    /// Prometheus' text format 0.0.4, which everybody reads.
    case text
    /// The same format 1.0.0, which differs for names only that Headroom does not use.
    case text1(EscapingScheme)
    /// OpenMetrics 1.0.0.
    case openMetrics(EscapingScheme)
    /// OpenMetrics' draft 0.0.1, of which 1.0.0 is one.
    case openMetricsDraft

    /// How a client wants names to be written that are no plain ones. All of Headroom's are plain, so each scheme leaves
    /// them as they are; the answer says which one it keeps to.
    public enum EscapingScheme: String, CaseIterable, Hashable, Sendable {
        case allowUTF8 = "allow-utf-8"
        case underscores, dots, values
    }

    /// Prometheus 3 refuses an answer whose Content-Type is not one of these.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .text1(let scheme): "text/plain; version=1.0.0; charset=utf-8; escaping=\(scheme.rawValue)"
        case .openMetrics(let scheme):
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=\(scheme.rawValue)"
        case .openMetricsDraft: "application/openmetrics-text; version=0.0.1; charset=utf-8"
        }
    }

    /// How its body is written: several formats share one.
    public var form: TextForm {
        switch self {
        case .text, .text1: .prometheus
        case .openMetrics, .openMetricsDraft: .openMetrics
        }
    }
}

/// The two ways to write metrics as text.
public enum TextForm: CaseIterable, Hashable, Sendable { case prometheus, openMetrics }
