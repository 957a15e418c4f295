// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import ConfigurationFile
import Glibc
import Notifier
import Server

struct CheckConfig: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check configuration files: each complaint with its line and column.",
        discussion: """
            EXAMPLES
              headroom check-config /etc/headroom/headroom.yaml
              headroom check-config --web.config.file /etc/headroom/web.yml
            """)

    @Argument(help: "The configuration file.")
    var file: String?
    @Option(name: .customLong("web.config.file"), help: "TLS, users and limits, in the format of Prometheus' exporters.")
    var webConfigurationFile: String?

    func validate() throws {
        if file == nil, webConfigurationFile == nil { throw ValidationError("name a configuration file, or --web.config.file") }
    }

    func run() throws {
        if let file { try check(file) }
        if let webConfigurationFile { try checkWeb(webConfigurationFile) }
    }

    private func check(_ file: String) throws(CommandError) {
        let loaded: Configuration.Loaded
        do throws(ConfigurationError) {
            loaded = try Configuration.load(path: file)
        } catch {
            throw CommandError(error.description)
        }
        for warning in loaded.warnings { write(warning.rendered(in: file) + "\n", to: STDERR_FILENO) }
        do throws(AccessError) {
            try AccessControl.check(tokens: loaded.tokens)
        } catch {
            throw CommandError(error.description)
        }
        let complaints = loaded.notifications.map { Notifier.complaints(about: $0) } ?? []
        if !complaints.isEmpty { throw CommandError(complaints.joined(separator: "\n")) }
        let rules = loaded.rules
        let count = rules.volumes.count
        write("\(file) is fine: mode \(rules.mode.rawValue), \(count) \(count == 1 ? "rule" : "rules")\n", to: STDOUT_FILENO)
    }

    private func checkWeb(_ file: String) throws(CommandError) {
        do throws(AccessError) {
            let found = try AccessControl.check(webConfiguration: file)
            for warning in found.warnings { write(warning + "\n", to: STDERR_FILENO) }
            write("\(file) is fine: \(found.summary)\n", to: STDOUT_FILENO)
        } catch {
            throw CommandError(error.description)
        }
    }
}
