// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import ServiceLifecycle
import Systemd
import UnixSignals

/// SIGHUP reads the configuration again. A bad file changes nothing; the engine says so in its log and metrics, and systemd in
/// the service's status.
struct ReloadOnHangup: Service {
    let engine: Engine
    let manager: ServiceManager

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            manager.tellReloading()
            try? await engine.reload()
            manager.tell(.ready(status: ServiceStatus.line(of: engine.report())))
        }
    }
}
