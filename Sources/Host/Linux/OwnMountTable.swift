// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Sandbox
import Synchronization

/// Tells whether a mount came or went in the host's mount namespace. Only this table may be held open: another's would keep its
/// whole namespace alive.
final class OwnMountTable: Sendable {
    /// For poll(2) with POLLPRI; -1 where there is no procfs.
    let descriptor: Int32

    init(path: String = HostView.mountTable) { descriptor = open(path, O_RDONLY | O_CLOEXEC) }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Since this was asked last. True when it cannot be known.
    func hasChanged() -> Bool {
        guard descriptor >= 0 else { return true }
        var watched = pollfd(fd: descriptor, events: Int16(POLLPRI), revents: 0)
        return poll(&watched, 1, 0) != 0
    }
}
