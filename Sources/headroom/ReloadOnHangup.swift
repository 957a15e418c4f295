// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import ServiceLifecycle
import UnixSignals

/// SIGHUP reads the configuration again. A bad file changes nothing; the engine says so in its log and metrics.
struct ReloadOnHangup: Service {
    let engine: Engine

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            try? await engine.reload()
        }
    }
}
