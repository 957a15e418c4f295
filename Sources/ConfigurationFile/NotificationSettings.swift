// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Whom growths, refusals and pools in trouble are told to.
public struct NotificationSettings: Hashable, Sendable {
    /// At least one. All are told, each on its own.
    public var alertmanagers: [Alertmanager]
    /// On every alert besides its own. Names are valid, values are not empty.
    public var labels: [String: String] = [:]
    /// Nil: the host's name.
    public var instance: String?
    /// Where people see more.
    public var externalURL: String?
    /// What stands is told again after so long.
    public var interval = Duration.seconds(60)

    public init(alertmanagers: [Alertmanager]) { self.alertmanagers = alertmanagers }

    public struct Alertmanager: Hashable, Sendable {
        public var isSecure: Bool
        /// A name or an address; of IPv6 without brackets.
        public var host: String
        public var port: Int
        /// Before `/api/v2/alerts`: empty, or begins with a slash and does not end with one.
        public var prefix: String
        /// Of certificates in PEM. Nil: the authorities that the system knows.
        public var authorityFile: String?
        public var login: Login?

        public init(
            isSecure: Bool, host: String, port: Int, prefix: String = "", authorityFile: String? = nil, login: Login? = nil
        ) {
            self.isSecure = isSecure
            self.host = host
            self.port = port
            self.prefix = prefix
            self.authorityFile = authorityFile
            self.login = login
        }

        /// What it is called in log and metrics: `host:port`, and the prefix where it has one.
        public var name: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" + prefix }
    }

    /// How Headroom says who it is. What is secret is in a file.
    public enum Login: Hashable, Sendable {
        case password(user: String, file: String)
        case token(file: String)
    }

    public enum Limits {
        public static let alertmanagers = 16
        public static let labels = 20
        /// Characters of a label's value, the instance, a user's name or a URL.
        public static let text = 500
    }
}
