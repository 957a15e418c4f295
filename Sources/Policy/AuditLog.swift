// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Where all that happens is written down a second time, out of the journal's reach.
public enum AuditLog: Hashable, Sendable, Codable {
    /// A file, a line of JSON for each entry.
    case file(String)
    /// systemd's journal.
    case journald
}
