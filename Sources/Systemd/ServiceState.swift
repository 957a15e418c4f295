// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What a service tells systemd of itself (sd_notify(3)).
public enum ServiceState: Hashable, Sendable {
    /// It does what it is there for, again after a reload too.
    case ready(status: String)
    /// It reads its configuration anew. On the monotonic clock, in microseconds: what systemd compares with its own request.
    case reloading(atMicroseconds: UInt64)
    /// One line for `systemctl status`.
    case status(String)
    /// It is alive, for `WatchdogSec=`.
    case alive
    case stopping

    /// The message, a field a line.
    var message: String {
        switch self {
        case .ready(let status): "READY=1\nSTATUS=\(ServiceState.oneLine(status))"
        case .reloading(let time): "RELOADING=1\nMONOTONIC_USEC=\(time)"
        case .status(let status): "STATUS=\(ServiceState.oneLine(status))"
        case .alive: "WATCHDOG=1"
        case .stopping: "STOPPING=1"
        }
    }

    /// What stands behind a line break would be a field of its own, and the status may hold names that others chose.
    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }
}
