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

            EXAMPLES
              headroom status
              headroom status --output json | jq '.volumes[] | select(.verdict == "refused")'
            """)

    @OptionGroup var files: FileOptions
    @OptionGroup var socket: SocketOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let status = try await ask(socketPath: socket.path, files: files, changing: false) { answers throws(CommandError) in
            try await answers.status()
        }
        switch output.output {
        case .json: try printJSON(status)
        case .table: write(StatusText(status, for: .standardOutput).text, to: STDOUT_FILENO)
        }
    }
}

func printJSON(_ document: some Encodable) throws {
    write(String(decoding: try Documents.encode(document, pretty: true), as: UTF8.self), to: STDOUT_FILENO)
}
