// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Policy
import Synchronization

/// How writing the audit log goes.
public struct AuditHealth: Hashable, Sendable {
    /// Tries that failed since the journal was opened.
    public var failures: UInt64 = 0
    /// Entries that were gone from the history before they could be written.
    public var lost: UInt64 = 0
    /// What the last try failed with, for people; nil when it did not.
    public var trouble: String?

    public init() {}
}

/// What the journal's thread is told about the audit log, and tells of it.
final class AuditDesk: Sendable {
    private struct State {
        var log: AuditLog?
        var health = AuditHealth()
    }

    private let state = Mutex(State())

    var log: AuditLog? {
        get { state.withLock { $0.log } }
        set { state.withLock { $0.log = newValue } }
    }

    var health: AuditHealth { state.withLock { $0.health } }

    func tell(_ change: (inout AuditHealth) -> Void) { state.withLock { change(&$0.health) } }
}

extension Journal {
    /// Where each entry of the history is written a second time, from now on; nil: nowhere.
    ///
    /// A file gets all that the history has and it has not; systemd's journal what comes from now on. What cannot be written is
    /// written later, in order: growth does not wait for it.
    public func audit(to log: AuditLog?) {
        desk.log = log
        followAudit()
    }

    /// Tries again what could not be written, soon.
    public func followAudit() { _ = queue.add { _ in } }

    public var auditHealth: AuditHealth { desk.health }
}
