// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import ServiceLifecycle
import Synchronization
import Systemd

/// Tells systemd when the service is ready, that it is alive, and in a line what it sees.
final class ServiceNotifications: Service {
    let manager: ServiceManager
    private let engine: Engine
    private let places = Mutex((expected: Int.max, listening: 0))

    init(manager: ServiceManager, engine: Engine) {
        self.manager = manager
        self.engine = engine
    }

    /// So many places are to be listened at.
    func expect(_ count: Int) { places.withLock { $0.expected = count } }

    /// Requests are taken at one more.
    func listens() { places.withLock { $0.listening += 1 } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard self.manager.isThere else {
                // A service that returns ends them all.
                while await self.pause(.seconds(86_400)) {}
                return
            }
            await self.becomeReady()
            await self.stayAlive()
        }
        manager.tell(.stopping)
    }

    /// Whoever waits for this service may ask it, and gets an answer that tells of the host.
    private func becomeReady() async {
        while engine.report().polls.rounds == 0 || places.withLock({ $0.listening < $0.expected }) {
            guard await pause(.milliseconds(20)) else { return }
        }
        manager.tell(.ready(status: ServiceStatus.line(of: engine.report())))
    }

    private func stayAlive() async {
        let interval = manager.watchdog.map { min($0 / 4, .seconds(5)) } ?? .seconds(5)
        var liveness = Liveness(now: .now)
        var told = ""
        while await pause(interval) {
            let report = engine.report()
            // Not by a timer alone: a loop that hangs grows nothing, and a restart mends more than it harms.
            let goesOn = liveness.goesOn(rounds: report.polls.rounds, interval: report.polls.interval, now: .now)
            if manager.watchdog != nil, goesOn { manager.tell(.alive) }
            let line = ServiceStatus.line(of: report)
            if line != told { manager.tell(.status(line)) }
            told = line
        }
    }

    /// Whether there is more to do.
    private func pause(_ duration: Duration) async -> Bool {
        do {
            try await Task.sleep(for: duration)
            return true
        } catch {
            return false
        }
    }
}
