// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import FailPoints
import Glibc

@main
struct Headroom: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "headroom",
        abstract: "Keeps containers from filling up while the thin pool under them still has room.",
        discussion: """
            Headroom watches device-mapper thin pools and the filesystems on them, tells Prometheus what it sees, and \
            grows a filesystem before it fills, as long as the pool has headroom. It changes nothing unless the mode is \
            enforce.

            EXAMPLES
              headroom serve                           watch, and serve http://localhost:10787/metrics
              headroom serve --mode enforce            and grow what needs it
              headroom status                          pools and volumes at a glance
              headroom explain web-1                   why the container web-1 would or would not grow now
              headroom grow web-1 --by 10GiB --dry-run
              headroom hold web-1 --for 2h --reason "its log is being cleaned up"
              headroom history web-1 --since 24h       what was done about it, by whom and why
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Status.self, Explain.self, Grow.self, Hold.self, Pin.self, Release.self, Pause.self, Resume.self,
            OverridesList.self, History.self, Restore.self, Doctor.self, CheckConfig.self, FailPointsList.self,
        ])

    /// Exit codes: 0 done, 1 refused or failed, 2 usage.
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        do {
            if let armed = try FailPoint.armed() {
                write("headroom: HEADROOM_FAIL_POINT is set: this process ends at \(armed.point.rawValue)\n", to: STDERR_FILENO)
            }
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let error as FailPoint.Misnamed {
            write("headroom: \(error)\n", to: STDERR_FILENO)
            Glibc.exit(2)
        } catch let error as CommandError {
            // A refusal has in it what others have written.
            let lines = "\(error)".split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
            write("headroom: \(lines.joined(separator: "\n"))\n", to: STDERR_FILENO)
            Glibc.exit(1)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            let isFine = code == .success
            if !message.isEmpty { write(message + "\n", to: isFine ? STDOUT_FILENO : STDERR_FILENO) }
            Glibc.exit(isFine ? 0 : code == .validationFailure ? 2 : 1)
        }
    }
}

enum Version {
    static let number = "0.1.0"
    static let text = "headroom \(number)"
}
