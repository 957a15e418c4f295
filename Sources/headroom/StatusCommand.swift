// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import Exposition
import Glibc
import Units

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Pools and volumes at a glance.",
        discussion: """
            Asks the running daemon as root; without one, looks at the host itself.

            With --watch it asks the daemon again and again, and shows on a terminal what needs somebody first: in words, with what to do. \
            There q ends it, the arrows move through the volumes, s sorts them.

            EXAMPLES
              headroom status
              headroom status --watch
              headroom status --watch --output json            a document a line, for programs
              headroom status --output json | jq '.volumes[] | select(.verdict == "refused")'
            """)

    @Flag(help: "Show it anew every two seconds, until q is pressed.")
    var watch = false
    @Option(help: "With --watch: between two questions to the daemon, 100ms to 1h. (default: 2s)")
    var interval: DurationArgument?
    @OptionGroup var files: FileOptions
    @OptionGroup var socket: SocketOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if interval != nil, !watch { throw ValidationError("--interval goes with --watch") }
    }

    func run() async throws {
        if watch { return try await watched() }
        let status = try await ask(socketPath: socket.path, files: files, changing: false) { answers throws(CommandError) in
            try await answers.status()
        }
        switch output.output {
        case .json: try printJSON(status)
        case .table: write(StatusText(status, for: .standardOutput).text, to: STDOUT_FILENO)
        }
    }
}

extension Status {
    private func watched() async throws {
        let watch = StatusWatch(socketPath: socket.path, interval: interval?.duration ?? .seconds(2))
        if output.output == .json { return try await watch.writeLines() }
        let terminal = Terminal.standardOutput
        guard terminal.isTerminal else {
            throw ValidationError(
                "--watch is for a terminal; `headroom status` looks once, and `headroom status --watch --output json` writes a "
                    + "document a line for programs")
        }
        let glyphs: WatchGlyphs = Terminal.hasUnicode ? .unicode : .ascii
        let modes = TerminalModes(terminal)
        guard Terminal.canBeDrawnOn else {
            // One line is the cursor's.
            return try await watch.writePlain(width: modes.size.columns, height: modes.size.rows - 1, glyphs: glyphs)
        }
        guard let screen = WatchScreen(glyphs: glyphs, modes: modes) else {
            throw CommandError("no pipe could be made", hint: "see `ulimit -n`")
        }
        await watch.show(on: screen)
    }
}

func printJSON(_ document: some Encodable) throws {
    write(String(decoding: try Documents.encode(document, pretty: true), as: UTF8.self), to: STDOUT_FILENO)
}
