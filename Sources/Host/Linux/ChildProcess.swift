// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FailPoints
import Glibc

/// Runs another program to its end. It has a session of its own and no pipe to this process: what it has begun it finishes,
/// whatever becomes of this one. Blocks.
enum ChildProcess {
    struct Ended: Equatable {
        var end: End
        /// What it wrote to its standard error, up to a bound.
        var complaint: String
    }

    enum End: Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    struct CannotStart: Error, Equatable { var errno: Int32 }

    /// POSIX_SPAWN_SETSID of spawn.h, which Swift's Glibc leaves out.
    private static let newSession: Int16 = 0x80

    /// `program` is a path. The child sees `environment` (`NAME=VALUE`) and nothing of this process' own.
    static func run(
        _ program: String, _ arguments: [String], environment: [String], complaint most: Int = 16_384
    ) throws(CannotStart) -> Ended {
        let output = BoundedOutput(most: most)
        FailPoint.commandBefore.reached()
        let child = try start(program, arguments, environment: environment, complaintsTo: output.descriptor)
        FailPoint.commandUnderway.reached()
        let end = try wait(for: child)
        FailPoint.commandAfter.reached()
        return Ended(end: end, complaint: output.read())
    }

    private static func start(
        _ program: String, _ arguments: [String], environment: [String], complaintsTo output: Int32
    ) throws(CannotStart) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The thread that this runs on has every signal blocked, and the process ignores some: neither is for a child.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigaddset(&signals, SIGPIPE)
        sigaddset(&signals, SIGHUP)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

        var child = pid_t()
        let error = withStrings([program] + arguments) { arguments in
            withStrings(environment) { environment in
                posix_spawn(&child, program, &actions, &attributes, arguments, environment)
            }
        }
        guard error == 0 else { throw CannotStart(errno: error) }
        return child
    }

    private static func wait(for child: pid_t) throws(CannotStart) -> End {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 {
            if errno != EINTR { throw CannotStart(errno: errno) }
        }
        // WIFSIGNALED and its like are macros that Swift does not see.
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
    }

    /// A list of C strings with a null at its end.
    private static func withStrings<Value>(
        _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Value
    ) -> Value {
        var list: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
        list.append(nil)
        defer { for string in list { free(string) } }
        return list.withUnsafeBufferPointer { buffer in
            guard let first = buffer.baseAddress else { preconditionFailure("it has its null at least") }
            return body(first)
        }
    }
}
