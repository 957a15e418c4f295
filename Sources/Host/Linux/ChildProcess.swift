// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CLinux
import FailPoints
import Glibc
import Sandbox
import Units

/// Runs another program to its end. It has a session of its own and no pipe to this process: what it has begun it finishes,
/// whatever becomes of this one. Blocks.
enum ChildProcess {
    struct Ended: Equatable {
        var end: End
        /// What was heard of it, up to a bound.
        var complaint: String
        /// Its standard output, where that was heard by itself.
        var answer: [UInt8] = []

        /// That in one line, without what a terminal would act on.
        var words: String { ChildProcess.words(complaint.split(whereSeparator: \.isNewline)) }
    }

    /// What of a child's output is kept; the rest goes nowhere.
    enum Hearing {
        case complaints
        /// Both outputs as one.
        case everything
        /// Its standard output by itself, up to a bound: of a program that is asked something and changes nothing.
        case answer(most: Int)
    }

    enum End: Equatable {
        case exited(Int32)
        case killed(signal: Int32)
    }

    struct CannotStart: Error, Equatable { var errno: Int32 }

    /// POSIX_SPAWN_SETSID of spawn.h, which Swift's Glibc leaves out.
    private static let newSession: Int16 = 0x80

    /// `program` is a path; it runs among the host's mounts. The child sees `environment` (`NAME=VALUE`) and nothing of this process' own.
    static func run(
        _ program: String, _ arguments: [String], environment: [String], hears hearing: Hearing = .complaints,
        complaint most: Int = 16_384
    ) throws(CannotStart) -> Ended {
        if case .answer(let size) = hearing {
            let complaint = BoundedOutput(most: most)
            let answer = BoundedOutput(most: size)
            let child = try start(program, arguments, environment: environment, (answer.descriptor, complaint.descriptor))
            let end = try wait(for: child)
            return Ended(end: end, complaint: complaint.text(), answer: answer.bytes())
        }
        let output = BoundedOutput(most: most)
        let heard = if case .everything = hearing { output.descriptor } else { nil as Int32? }
        FailPoint.commandBefore.reached()
        let child = try start(program, arguments, environment: environment, (heard, output.descriptor))
        FailPoint.commandUnderway.reached()
        let end = try wait(for: child)
        FailPoint.commandAfter.reached()
        return Ended(end: end, complaint: output.text())
    }

    private static func start(
        _ program: String, _ arguments: [String], environment: [String], _ heard: (output: Int32?, complaint: Int32)
    ) throws(CannotStart) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        if let output = heard.output {
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        } else {
            posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, heard.complaint, STDERR_FILENO)
        // Not every library closes what it opens: a child that stays would hold the port that the next Headroom listens on.
        hr_close_from(&actions, STDERR_FILENO + 1)

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
        let command = HostView.command(program, arguments)
        let error = withStrings(command) { arguments in
            withStrings(environment) { environment in
                posix_spawn(&child, command[0], &actions, &attributes, arguments, environment)
            }
        }
        guard error == 0 else { throw CannotStart(errno: error) }
        return child
    }

    /// Lines as one, for people.
    static func words(_ lines: some Sequence<Substring>) -> String {
        lines.map { line in
            var scalars = String.UnicodeScalarView()
            for scalar in line.unicodeScalars where scalar.properties.generalCategory != .control { scalars.append(scalar) }
            return String(scalars).trimmed()
        }
        .filter { !$0.isEmpty }.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }.joined(separator: "; ")
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
