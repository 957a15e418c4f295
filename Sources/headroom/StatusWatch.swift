// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Exposition
import FoundationEssentials
import Glibc
import Journal
import Server
import Units
import UnixSignals

/// `status --watch`: asks the daemon again and again, and hands what it says to the screen.
struct StatusWatch {
    let socketPath: String
    let interval: Duration

    /// Entries of the history that are worth a line.
    private static let entries = 40
    /// A daemon that takes longer than this is one that does not answer.
    private static let patience = Duration.seconds(5)

    private var client: SocketClient { SocketClient(socketPath: socketPath, timeout: StatusWatch.patience) }

    /// One document a line, until nobody reads it. Ends with the daemon.
    func writeLines() async throws {
        while true {
            let began = ContinuousClock.now
            let status: StatusDocument
            do throws(SocketClientError) { status = try await client.status() } catch { throw CommandError(error) }
            guard write(String(decoding: try Documents.encode(status), as: UTF8.self), to: STDOUT_FILENO) else { return }
            try await Task.sleep(for: pause(since: began))
        }
    }

    /// The view as plain text, for a terminal that cannot be drawn on, until somebody ends it.
    func writePlain(width: Int, height: Int, glyphs: WatchGlyphs) async throws {
        var input = WatchInput(now: .now)
        while true {
            let began = ContinuousClock.now
            await refresh { change in change(&input) }
            input.now = .now
            let frame = WatchView(input, width: width, height: height, glyphs: glyphs).frame
            guard write(frame.lines.map { $0.text + "\n" }.joined(), to: STDOUT_FILENO) else { return }
            try await Task.sleep(for: pause(since: began))
        }
    }

    /// Until somebody presses q; a signal that ends it ends the process.
    func show(on screen: WatchScreen) async {
        let listening = Task {
            for await signal in await UnixSignalsSequence(trapping: .sigwinch, .sigcont, .sigint, .sigterm, .sighup, .sigquit) {
                screen.notice(signal.rawValue)
            }
        }
        let asking = Task {
            while !Task.isCancelled {
                let began = ContinuousClock.now
                await refresh { change in screen.update(change) }
                try? await Task.sleep(for: pause(since: began))
            }
        }
        // Nobody who has pressed q waits for an answer.
        await screen.run()
        asking.cancel()
        listening.cancel()
    }

    private func refresh(_ update: (@Sendable (inout WatchInput) -> Void) -> Void) async {
        let status: StatusDocument
        do throws(SocketClientError) {
            status = try await client.status()
        } catch {
            return update { $0.problem = error.description }
        }
        var query = HistoryQuery()
        query.limit = StatusWatch.entries
        // Without it the last growths are shown all the same.
        let history = (try? await client.history(query))?.entries ?? []
        update {
            $0.status = status
            $0.answeredAt = .now
            $0.problem = nil
            $0.history = history
        }
    }

    /// So that asking takes a daemon with very many volumes a tenth of its time at most.
    private func pause(since began: ContinuousClock.Instant) -> Duration {
        max(interval, min(began.duration(to: .now) * 9, .seconds(10)))
    }
}
