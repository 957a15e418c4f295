// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Glibc
import Units

/// Checks passwords one after the other on a thread of their own, and remembers how the last ones ended.
///
/// A flood of wrong passwords takes one core at most and pushes out of memory none that is right. Clients take turns, so
/// that nobody's flood keeps others waiting for more than one of its checks.
public actor PasswordChecks {
    public enum Limits {
        /// Passwords that wait for their check, all together and of one client.
        public static let waiting = 64
        public static let waitingOfOne = 8
        /// Ends of checks that are remembered.
        static let right = 256
        static let wrong = 1024
        /// Of the thread that checks them, in steps of nice(1).
        static let niceness: Int32 = 10
        /// Of one check. bcrypt with cost 18 takes half a minute.
        static let deadline = Duration.seconds(600)
    }

    public enum Outcome: Hashable, Sendable {
        case right, wrong
        /// Too many wait already.
        case busy
    }

    private struct Job {
        let mark: SecretMark
        let hash: PasswordHash
        let password: [UInt8]
        /// Of a user that there is.
        let counts: Bool
    }

    private let pool = BlockingPool(name: "passwords", limits: .init(kept: 1, most: 1))
    private var right = Remembered(limit: Limits.right)
    private var wrong = Remembered(limit: Limits.wrong)
    private var jobs: [String: [Job]] = [:]
    /// Clients with jobs, in the order of their turns.
    private var turns: [String] = []
    private var askers: [SecretMark: [CheckedContinuation<Outcome, Never>]] = [:]
    private var isWorking = false

    /// Checks that were really made.
    private(set) var made = 0

    public init() {}

    /// Whether it is the user's password.
    /// - Parameters:
    ///   - isKnown: whether there is such a user. Where not, the check is made all the same, so that the time it takes does not
    ///     tell users from others, and ends as wrong.
    ///   - client: where it comes from, for the turns.
    public func check(
        user: String, password: [UInt8], hash: PasswordHash, isKnown: Bool, from client: String
    ) async -> Outcome {
        let mark = SecretMark.of(Array(user.utf8), Array(hash.text.utf8), password, [isKnown ? 1 : 0])
        if right.contains(mark) { return .right }
        if wrong.contains(mark) { return .wrong }
        if askers[mark] == nil {
            let waiting = jobs[client]?.count ?? 0
            guard waiting < Limits.waitingOfOne, jobs.values.reduce(0, { $0 + $1.count }) < Limits.waiting else { return .busy }
            if waiting == 0 { turns.append(client) }
            jobs[client, default: []].append(Job(mark: mark, hash: hash, password: password, counts: isKnown))
        }
        return await withCheckedContinuation { asker in
            askers[mark, default: []].append(asker)
            if isWorking { return }
            isWorking = true
            Task { await work() }
        }
    }

    private func work() async {
        while let job = next() {
            let outcome: Outcome
            do throws(DeadlineError) {
                let isRight = try await pool.run(deadline: Limits.deadline) {
                    // Scrapes and growth come first. Of this thread alone, which is what 0 means here.
                    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Limits.niceness)
                    return job.hash.matches(job.password) && job.counts
                }
                made += 1
                outcome = isRight ? .right : .wrong
                if isRight { right.insert(job.mark) } else { wrong.insert(job.mark) }
            } catch {
                outcome = .busy
            }
            for asker in askers.removeValue(forKey: job.mark) ?? [] { asker.resume(returning: outcome) }
        }
        isWorking = false
    }

    private func next() -> Job? {
        guard !turns.isEmpty else { return nil }
        let client = turns.removeFirst()
        guard var own = jobs.removeValue(forKey: client), !own.isEmpty else { return nil }
        let job = own.removeFirst()
        if !own.isEmpty {
            jobs[client] = own
            turns.append(client)
        }
        return job
    }
}

/// The marks that were seen last, so many at most.
private struct Remembered {
    let limit: Int
    private var marks: Set<SecretMark> = []
    private var order: [SecretMark] = []
    private var oldest = 0

    init(limit: Int) { self.limit = limit }

    func contains(_ mark: SecretMark) -> Bool { marks.contains(mark) }

    mutating func insert(_ mark: SecretMark) {
        guard marks.insert(mark).inserted else { return }
        if order.count < limit {
            order.append(mark)
        } else {
            marks.remove(order[oldest])
            order[oldest] = mark
            oldest = (oldest + 1) % limit
        }
    }
}
