// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Credentials
import Engine
import Logging
import Notifier
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

    /// What a file says, with what the command line says laid over it.
    struct Loaded {
        var rules: LoadedRules
        var tokens: [TokenSource] = []
        var notifications: NotificationSettings?
    }

    func loadAtStart() throws(CommandError) -> Loaded {
        do throws(ConfigurationError) {
            return try load()
        } catch {
            throw CommandError(error.description)
        }
    }

    /// Reads rules, tokens, the web configuration and who is told again: all of them, or none where something is wrong with one.
    func reload(_ access: AccessControl, _ notifier: Notifier) async throws(ReloadError) -> LoadedRules {
        let loaded: Loaded
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
        await notifier.reload(loaded.notifications)
        return loaded.rules
    }

    private func load() throws(ConfigurationError) -> Loaded {
        var loaded = Loaded(rules: LoadedRules(rules: Rules(), file: nil))
        do throws(ConfigurationError) {
            let configuration = try Configuration.load(path: file)
            for warning in configuration.warnings { logger.warning("\(warning.rendered(in: file))") }
            loaded = Loaded(
                rules: LoadedRules(rules: configuration.rules, file: file), tokens: configuration.tokens,
                notifications: configuration.notifications)
        } catch {
            // A host without a configuration file works with the defaults.
            guard isDefault, case .missing = error else { throw error }
        }
        if let mode { loaded.rules.rules.mode = mode }
        if let pollInterval {
            loaded.rules.rules.poll.interval = pollInterval
            loaded.rules.rules.poll.fastest = min(loaded.rules.rules.poll.fastest, pollInterval)
        }
        return loaded
    }
}
