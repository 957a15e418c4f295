// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import headroom

@Suite struct LogLinesTests {
    @Test func `a line is one line, whatever a device is called`() {
        let line = LogLines.line(
            "grew evil\nname", level: .info, metadata: [("pool", "p"), ("volume", "a \"b\"\n{c}")], time: "T", format: .text)
        #expect(line == "T info grew evil\\nname pool=p volume=\"a \\\"b\\\"\\n{c}\"\n")
    }

    @Test func `JSON escapes what JSON must`() {
        let line = LogLines.line("say \"hi\"\u{1}\\", level: .error, metadata: [("a", "b\tc")], time: "T", format: .json)
        #expect(
            line == "{\"time\":\"T\",\"level\":\"error\",\"message\":\"say \\\"hi\\\"\\u0001\\\\\",\"a\":\"b\\tc\"}\n")
    }
}
