// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Logging
import Synchronization
import Units

/// Log lines on standard error: `2026-01-31T12:00:00.123Z info grew v1 ... pool=p1`, or one JSON object a line.
struct LogLines: LogHandler {
    enum Format: String { case text, json }

    let label: String
    let format: Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let texts = all.map { (key: $0.key, value: "\($0.value)") }
        write(
            LogLines.line("\(event.message)", level: event.level, metadata: texts, time: WallTime.now().iso8601, format: format),
            to: STDERR_FILENO)
    }

    /// `metadata` in the order it is written.
    static func line(
        _ message: String, level: Logger.Level, metadata: [(key: String, value: String)], time: String, format: Format
    ) -> String {
        switch format {
        case .text:
            let pairs = metadata.map { " \($0.key)=\(quoted($0.value, always: false))" }
            return "\(time) \(level) \(oneLine(message))\(pairs.joined())\n"
        case .json:
            let pairs = metadata.map { ",\(quoted($0.key, always: true)):\(quoted($0.value, always: true))" }
            return "{\"time\":\"\(time)\",\"level\":\"\(level)\",\"message\":\(quoted(message, always: true))\(pairs.joined())}\n"
        }
    }

    /// Names of devices may hold line breaks; a log line may not.
    private static func oneLine(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { line, scalar in
            line += scalar.value < 0x20 || scalar.value == 0x7F ? scalar.escaped(asASCII: true) : String(scalar)
        }
    }

    /// As a JSON string, which logfmt readers take too; bare where nothing in it needs quoting.
    private static func quoted(_ text: String, always: Bool) -> String {
        let isBare = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" && $0 != "\\" }
        if isBare, !text.isEmpty, !always { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
