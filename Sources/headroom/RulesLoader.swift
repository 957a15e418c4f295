// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Credentials
import Engine
import Logging
import Policy
import Server

/// Reads the rules, and lays what the command line said over them.
struct RulesLoader: Sendable {
    let file: String
    /// The file was not asked for by name: where it is not there, the defaults hold.
    let isDefault: Bool
    let mode: Mode?
    let pollInterval: Duration?
    let logger: Logger

    func loadAtStart() throws(CommandError) -> (rules: LoadedRules, tokens: [TokenSource]) {
        do throws(ConfigurationError) {
            return try load()
        } catch {
            throw CommandError(error.description)
        }
    }

    /// Reads rules, tokens and the web configuration again: all of them, or none where something is wrong with one.
    func reload(_ access: AccessControl) async throws(ReloadError) -> LoadedRules {
        let loaded: (rules: LoadedRules, tokens: [TokenSource])
        do throws(ConfigurationError) {
            loaded = try load()
        } catch {
            throw ReloadError(text: error.description)
        }
        do throws(AccessError) {
            try await access.reload(tokens: loaded.tokens)
        } catch {
            throw ReloadError(text: error.description)
        }
        return loaded.rules
    }

    private func load() throws(ConfigurationError) -> (rules: LoadedRules, tokens: [TokenSource]) {
        var tokens: [TokenSource] = []
        var loaded = LoadedRules(rules: Rules(), file: nil)
        do throws(ConfigurationError) {
            let configuration = try Configuration.load(path: file)
            for warning in configuration.warnings { logger.warning("\(warning.rendered(in: file))") }
            loaded = LoadedRules(rules: configuration.rules, file: file)
            tokens = configuration.tokens
        } catch {
            // A host without a configuration file works with the defaults.
            guard isDefault, case .missing = error else { throw error }
        }
        if let mode { loaded.rules.mode = mode }
        if let pollInterval {
            loaded.rules.poll.interval = pollInterval
            loaded.rules.poll.fastest = min(loaded.rules.poll.fastest, pollInterval)
        }
        return (loaded, tokens)
    }
}
