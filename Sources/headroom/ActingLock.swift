// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// Held by whoever may change the host: the daemon for as long as it runs, `grow` for one growth. Let go when it ends,
/// however it ends.
struct ActingLock: ~Copyable {
    static let path = "/run/headroom/lock"

    private let descriptor: Int32

    init(path: String = ActingLock.path) throws(CommandError) {
        let folder = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        mkdir(folder, 0o700)
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw CommandError(
                "the lock \(path) cannot be opened: \(String(cString: strerror(errno)))", hint: "run this as root")
        }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            throw CommandError(
                "another headroom acts on this host (it holds \(path))",
                hint: "ask it (`headroom status`), or stop it first")
        }
        descriptor = opened
    }

    /// The same, where who holds it may be about to end: a daemon that was killed has it until its last system call is back,
    /// and a command until its one growth is done.
    static func taken(within patience: Duration, path: String = ActingLock.path) async throws -> ActingLock {
        let start = ContinuousClock.now
        while true {
            do {
                return try ActingLock(path: path)
            } catch {
                guard ContinuousClock.now - start < patience else { throw error }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    deinit { close(descriptor) }
}
