// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Synchronization

/// systemd, where it started this process and wants to be told how it is; else nobody, and telling does nothing.
public final class ServiceManager: Sendable {
    /// Somebody listens.
    public let isThere: Bool
    /// It ends and restarts the process when it has not heard that it is alive for so long. Nil: it does not.
    public let watchdog: Duration?

    private let socket: Mutex<DatagramSocket>

    /// As this process' environment says.
    public convenience init() { self.init(environment: { getenv($0).map { String(cString: $0) } }, process: getpid()) }

    /// - Parameters:
    ///   - environment: the value of a variable in it.
    ///   - process: this process' number; what is meant for another one is not taken.
    init(environment: (String) -> String?, process: Int32 = 1) {
        let path = environment("NOTIFY_SOCKET") ?? ""
        // Other kinds of addresses, as vsock:, are for virtual machines.
        isThere = path.hasPrefix("/") || path.hasPrefix("@")
        socket = Mutex(DatagramSocket(path: path))
        let isMine = environment("WATCHDOG_PID").map { Int32($0) == process } ?? true
        let microseconds = environment("WATCHDOG_USEC").flatMap { Int64($0) } ?? 0
        watchdog = isThere && isMine && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// What cannot be told is not: systemd then sees for itself, by the watchdog.
    public func tell(_ state: ServiceState) {
        guard isThere else { return }
        socket.withLock { try? $0.send(Array(state.message.utf8)) }
    }

    /// Before the configuration is read anew; ``ServiceState/ready(status:)`` follows when that is done.
    public func tellReloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        tell(.reloading(atMicroseconds: UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000))
    }
}
