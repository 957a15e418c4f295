// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Owners
import Synchronization

/// Asks LXD and Incus about their instances, beside the looks: only the first of these waits for the answer.
final class InstanceFinder: Sendable {
    let daemons = LXDDaemons()
    private let pool = BlockingPool(name: "hr-instances", limits: LinuxLimits.looking)
    private let hasWaited = Mutex(false)
    private let news = Mutex<(@Sendable () -> Void)?>(nil)

    /// What is called whenever something was learnt; nobody, when nil.
    func onNews(_ call: (@Sendable () -> Void)?) { news.withLock { $0 = call } }

    /// What was known is no longer so.
    func askAnew() {
        daemons.forgetSoon()
        news.withLock { $0 }?()
    }

    /// Has the daemons asked where that is due. `volumes`: all that there are.
    func lookAhead(for volumes: [VolumeSighting]) async {
        guard daemons.beginsAsking(for: volumes) else { return }
        let isFirst = hasWaited.withLock { hasWaited in
            defer { hasWaited = true }
            return !hasWaited
        }
        if isFirst { return await ask() }
        Task { await ask() }
    }

    /// What comes later than this waits for is news all the same.
    private func ask() async {
        _ = try? await pool.run(deadline: LinuxLimits.instances) { [self] in
            if daemons.ask() { news.withLock { $0 }?() }
        }
    }
}
