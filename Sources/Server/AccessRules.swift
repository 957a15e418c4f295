// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ConfigurationFile
import Credentials
import WebConfiguration

/// Who may come in and how, as the files say it at one moment.
struct AccessRules: Sendable {
    var credentials = Credentials()
    var headers: [WebConfiguration.Header] = []
    var rateLimit: WebConfiguration.RateLimit?
    /// Nil: plain HTTP.
    var tls: TLSContext?

    /// Whether a request without any proof may read.
    var isOpen: Bool { credentials.users.isEmpty }
}

/// Why the files are not taken.
public struct AccessError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

/// Where the files are.
struct AccessFiles: Hashable, Sendable {
    var webConfiguration: String?
    var tokens: [TokenSource]

    /// What the files say, what is odd about it, and which files they are. Blocks for as long as the disk takes.
    func load() throws(AccessError) -> (rules: AccessRules, warnings: [String], files: [String]) {
        var rules = AccessRules()
        var warnings: [String] = []
        var files = tokens.map(\.file)
        if let path = webConfiguration {
            files.append(path)
            let web: WebConfiguration
            do throws(ConfigurationError) {
                web = try WebConfiguration.load(path: path)
            } catch {
                throw AccessError(description: error.description)
            }
            warnings = web.warnings.map { $0.rendered(in: path) }
            rules.credentials.users = web.users
            rules.headers = web.headers
            rules.rateLimit = web.rateLimit
            if let settings = web.tls {
                files += settings.files
                let context = try TLSContext(settings, file: path)
                warnings += context.warnings
                rules.tls = context
            }
        }
        do throws(TokenError) {
            rules.credentials.tokens = try Token.read(tokens)
        } catch {
            throw AccessError(description: error.description)
        }
        if !rules.credentials.isEmpty, rules.tls == nil {
            warnings.append("passwords and tokens come over plain HTTP, for all to read on the way: set up `tls_server_config`")
        }
        return (rules, warnings, files)
    }
}
