// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Exposition
import FoundationEssentials
import Glibc
import Units

struct OverridesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "overrides",
        abstract: "What people and alerts have set against the rules, what decides first at the top.",
        discussion: """
            EXAMPLES
              headroom overrides
              headroom overrides --output json
            """)

    @OptionGroup var files: FileOptions
    @OptionGroup var socket: SocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let overrides = try await ask(socketPath: socket.path, files: files, changing: false) { answers throws(CommandError) in
            try await answers.overrides()
        }
        switch output.output {
        case .json: try printJSON(overrides)
        case .table:
            let text = overrides.isEmpty ? "nothing is set\n" : OverridesText(overrides).table.rendered(for: .standardOutput)
            write(text, to: STDOUT_FILENO)
        }
    }
}

struct OverridesText {
    let overrides: [OverrideDocument]

    init(_ overrides: [OverrideDocument]) { self.overrides = overrides }

    var table: Table {
        var table = Table(columns: [
            .init(title: "ID"), .init(title: "KIND"), .init(title: "FOR", least: 16), .init(title: "WHAT"), .init(title: "BY"),
            .init(title: "UNTIL"), .init(title: "REASON", least: 16),
        ])
        table.rows = overrides.map { override in
            [
                .init(override.id), .init(override.kind.rawValue.replacing("_", with: "-")),
                .init(override.scope == "all" ? "all" : "\(override.scope) \(override.name)"), .init(what(override)),
                .init("\(override.author) (\(override.source.rawValue))"),
                .init(override.end.map { WallTime(seconds: $0.timeIntervalSince1970).iso8601Seconds } ?? "lifted"),
                .init(override.reason ?? ""),
            ]
        }
        return table
    }

    private func what(_ override: OverrideDocument) -> String {
        let parts = [
            override.threshold.map { "threshold \(share($0))" }, override.target.map { "target \(share($0))" },
            override.maximumSizeBytes.map { "at most \(Bytes($0))" },
            override.boundBytes.map { "\(Bytes(override.spentBytes ?? 0)) of \(Bytes($0))" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private func share(_ value: Double) -> String { Ratio(value)?.description ?? "-" }
}
