// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// When one Alertmanager is told next, and how often it was tried. It is always told all that there is now, so nothing of
/// old waits for it but growths.
public struct Delivery: Hashable, Sendable {
    public enum Limits {
        /// Alerts in one post.
        public static let alerts = 64
        /// Between two rounds of posts, however much happens.
        public static let gap = Duration.seconds(1)
        /// Between two tries, at most; it begins with the gap and doubles.
        public static let longestWait = Duration.seconds(60)
    }

    /// The board's revision that it was told.
    private var revision: UInt64 = 0
    /// The growth up to which it was told.
    public private(set) var toldGrowth: UInt64
    private var lastSuccess: MonotonicTime?
    private var notBefore = MonotonicTime.zero
    /// Failures in a row.
    public private(set) var failures = 0

    public init(toldGrowth: UInt64 = 0) { self.toldGrowth = toldGrowth }

    /// What a round of posts was about.
    public struct Round: Hashable, Sendable {
        public let notices: [Notice]
        fileprivate let revision: UInt64
        fileprivate let growth: UInt64

        /// In so many posts.
        public var posts: [ArraySlice<Notice>] {
            stride(from: 0, to: notices.count, by: Limits.alerts).map { notices[$0..<min($0 + Limits.alerts, notices.count)] }
        }
    }

    /// What is to be posted now, if anything is.
    public func round(of board: NoticeBoard, at now: Moment) -> Round? {
        guard now.monotonic >= notBefore else { return nil }
        let isTurn = !board.isEmpty && lastSuccess.map { now.monotonic.since($0) >= board.terms.interval } ?? true
        guard board.revision != revision || isTurn else { return nil }
        let notices = board.notices(untoldAfter: toldGrowth, at: now)
        guard !notices.isEmpty else { return nil }
        return Round(notices: notices, revision: board.revision, growth: board.lastGrowth)
    }

    /// There is news for somebody who was answering.
    public func isBehind(_ board: NoticeBoard) -> Bool { failures == 0 && revision != board.revision }

    public mutating func succeeded(_ round: Round, at now: MonotonicTime) {
        revision = round.revision
        toldGrowth = max(toldGrowth, round.growth)
        lastSuccess = now
        failures = 0
        notBefore = now.advanced(by: Limits.gap)
    }

    public mutating func failed(at now: MonotonicTime) {
        failures += 1
        let wait = Limits.gap * (1 << min(failures - 1, 10))
        notBefore = now.advanced(by: min(wait, Limits.longestWait))
    }
}
