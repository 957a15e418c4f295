// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import Exposition

struct NegotiationTests {
    /// What Prometheus 2.42 and 3.5 send, and what browsers and curl do.
    @Test(
        arguments: [
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                    + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1", .openMetrics(.underscores)
            ),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                    + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                    + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2", .openMetrics(.allowUTF8)
            ),
            (
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
                    + "text/plain;version=1.0.0;escaping=values;q=0.5,text/plain;version=0.0.4;q=0.4", .text1(.values)
            ),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", .text),
            ("*/*", .text), ("", .text), ("text/*", .text), ("image/png", .text), ("text/plain", .text),
            ("application/openmetrics-text", .openMetrics(.underscores)),
            ("application/openmetrics-text; version=0.0.1", .openMetricsDraft),
            ("application/openmetrics-text; version=\"1.0.0\"; escaping=\"dots\"", .openMetrics(.dots)),
            ("application/openmetrics-text; version=2.0.0, text/plain", .text),
            ("text/plain;version=1.0.0;escaping=rot13", .text1(.underscores)),
            ("TEXT/PLAIN ; VERSION=1.0.0 ; Q=1", .text1(.underscores)),
        ] as [(String, ExpositionFormat)])
    func `What is liked best of what can be had is answered`(accept: String, format: ExpositionFormat) {
        #expect(ExpositionFormat(accept: accept) == format)
    }

    @Test func `The highest q wins, among equals the first, and q=0 never`() {
        let openMetrics = "application/openmetrics-text;version=1.0.0"
        #expect(ExpositionFormat(accept: "\(openMetrics);q=0.2,text/plain;q=0.3") == .text)
        #expect(ExpositionFormat(accept: "text/plain;q=0.2,\(openMetrics);q=0.3") == .openMetrics(.underscores))
        #expect(ExpositionFormat(accept: "text/plain;q=0.5,\(openMetrics);q=0.5") == .text)
        #expect(ExpositionFormat(accept: "\(openMetrics);q=0.5,text/plain;q=0.5") == .openMetrics(.underscores))
        #expect(ExpositionFormat(accept: "\(openMetrics);q=0,text/plain;version=1.0.0;q=0.1") == .text1(.underscores))
        #expect(ExpositionFormat(accept: "\(openMetrics);q=0") == .text)
    }

    @Test(arguments: [
        ",,,", ";;;", "q=1", "a;q=", "a;q=2", "a;q=-1", "a;q=nan", "a;b", ";version=1.0.0", "\"", "text/plain;q=\"",
    ])
    func `What cannot be read is left out`(accept: String) {
        #expect(ExpositionFormat(accept: accept) == .text)
        #expect(ExpositionFormat(accept: "\(accept),application/openmetrics-text;q=0.1") == .openMetrics(.underscores))
    }

    @Test func `A header without end is not read to its end`() {
        let long = String(repeating: "text/plain;q=0.1,", count: 60) + "application/openmetrics-text"
        #expect(ExpositionFormat(accept: long) == .text)
    }

    @Test func `Each Content-Type names its format as Prometheus knows it`() {
        #expect(ExpositionFormat.text.contentType == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            ExpositionFormat.text1(.allowUTF8).contentType
                == "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8")
        #expect(
            ExpositionFormat.openMetrics(.underscores).contentType
                == "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores")
    }
}
