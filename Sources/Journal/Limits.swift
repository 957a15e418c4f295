// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension Journal {
    /// How much the journal keeps and how long anybody waits for it.
    public struct Limits: Hashable, Sendable {
        /// Finished growths.
        public var growths = 10_000
        /// Since a growth finished, by the wall clock.
        public var growthAge: Duration = .seconds(400 * 86_400)
        /// Entries of the history, the latest.
        public var history = 50_000
        /// Since it happened, by the wall clock.
        public var historyAge: Duration = .seconds(400 * 86_400)
        /// Entries of the history that go for each that comes, for their age: so that a clock that was wrong for a moment
        /// does not take all.
        public var historyForgotten = 100
        /// Answers to requests with a key, the latest.
        public var answers = 10_000
        /// Since the first request, by the wall clock.
        public var answerAge: Duration = .seconds(86_400)
        /// Growths that are begun and not finished.
        public var unfinished = 1_000
        /// Volumes whose first size is kept. The ones unseen for longest go first.
        public var births = 100_000
        /// Grown volumes whose devices are to come back at their length. None is dropped for another: beyond this many no
        /// device is made longer.
        public var kept = 10_000
        /// Of what went wrong with one growth, and of each text in the history.
        public var failureCharacters = 2_000
        /// Callers at once.
        public var waiting = 1_000
        /// Of the history, by others than the journal's own thread.
        public var readers = 2
        /// For one of them.
        public var reading: Duration = .seconds(60)
        /// For another process that has the database locked.
        public var busy: Duration = .seconds(5)

        public init() {}
    }
}
