// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import NIOCore

/// What the server takes at most.
enum Limits {
    /// Bytes of a request's body. The largest that means anything has some hundred.
    static let body = 64 * 1024
    /// Of a notification: about a thousand alerts.
    static let alerts = 1 << 20
    /// Of one notification; what goes beyond is counted and left alone.
    static let alertsAtOnce = 1_000
    /// Bytes of all of a request's header fields together, and their number.
    static let headerBytes = 32 * 1024
    static let headerFields = 100
    /// Connections at once to one address; more wait until one is closed.
    static let connections = 256
    /// How long a connection may stay without a request: longer than most scrape intervals.
    static let idle = TimeAmount.minutes(3)
    /// How long the other end of a connection may take nothing of its answer. Less than systemd waits for the daemon's end.
    static let stalled = TimeAmount.seconds(30)
    /// What a connection to a socket that systemd goes on listening on is given for a request, as the daemon ends.
    static let firstRequest = TimeAmount.milliseconds(500)
    /// Until a connection is secured.
    static let handshake = TimeAmount.seconds(10)
    /// Bytes of a file of certificates.
    static let certificateFile = 1 << 20
    /// Wrong passwords and tokens in a second; the answers to more are held back.
    static let wrongASecond = 100
    static let delayOfWrong = Duration.milliseconds(25)
    /// Between two lines of the log about requests that were turned away.
    static let betweenTellings = Duration.seconds(60)
    /// Bytes of a Unix socket's path (sun_path, with its closing NUL).
    static let socketPath = 107
}
