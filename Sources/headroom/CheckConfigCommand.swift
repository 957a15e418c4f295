// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import ConfigurationFile
import Glibc

struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check a configuration file: each complaint with its line and column.",
        discussion: """
            EXAMPLES
              headroom check-config /etc/headroom/headroom.yaml
            """)

    @Argument(help: "The file.")
    var file: String

    func run() throws {
        do throws(ConfigurationError) {
            let loaded = try Configuration.load(path: file)
            for warning in loaded.warnings { write(warning.rendered(in: file) + "\n", to: STDERR_FILENO) }
            let rules = loaded.rules
            let count = rules.volumes.count
            write("\(file) is fine: mode \(rules.mode.rawValue), \(count) \(count == 1 ? "rule" : "rules")\n", to: STDOUT_FILENO)
        } catch {
            throw CommandError(error.description)
        }
    }
}
