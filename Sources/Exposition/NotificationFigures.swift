// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// What became of telling Alertmanagers, for metrics that change between two reports.
public struct NotificationFigures: Hashable, Sendable {
    /// One Alertmanager.
    public struct Receiver: Hashable, Sendable {
        /// `host:port`, each once.
        public var name: String
        public var sent: UInt64 = 0
        public var failed: UInt64 = 0
        public var lastSuccess: WallTime?

        public init(name: String) { self.name = name }
    }

    public var receivers: [Receiver]
    public var dropped: UInt64

    public init(receivers: [Receiver], dropped: UInt64) {
        self.receivers = receivers
        self.dropped = dropped
    }
}
