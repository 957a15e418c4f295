// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
public import Host
public import Policy
public import Units

/// What must outlive a restart, in SQLite: the size at which each filesystem was first seen, and each growth, its intent
/// before the first step and its outcome after the last.
///
/// SQLite blocks, so it has a thread of its own, and callers are suspended, not held. That is also what makes it safe:
/// the one connection is noncopyable, is opened on that thread, lives on its stack, and is lent to one job after another.
/// A caller that is cancelled still waits: what it asked for is done or not, and it is told which.
public final class Journal: Sendable {
    let queue: JobQueue
    let directory: String
    let limits: Limits
    let desk: AuditDesk
    /// For those who only read, and take longer.
    let readers: BlockingPool

    private init(queue: JobQueue, directory: String, limits: Limits, desk: AuditDesk) {
        self.queue = queue
        self.directory = directory
        self.limits = limits
        self.desk = desk
        readers = BlockingPool(
            name: "history", limits: .init(kept: 1, most: limits.readers, stack: .mebibytes(1)))
    }

    /// A journal that nobody has any more ends its thread, after what was asked of it.
    deinit { queue.close() }

    /// Opens the journal in a directory, and makes both if they are not there.
    public static func open(directory: String, limits: Limits = Limits()) async throws(JournalError) -> Journal {
        let queue = JobQueue(limit: limits.waiting)
        let desk = AuditDesk()
        let opened: Result<Void, JournalError> = await withCheckedContinuation { continuation in
            let hasBegun = DetachedThread.start(name: "journal", stack: .mebibytes(1)) {
                serve(queue, desk, directory: directory, limits: limits) { continuation.resume(returning: $0) }
                queue.end()
            }
            if !hasBegun {
                let reason = "the system gives no thread: it may be at its limit of processes"
                continuation.resume(returning: .failure(.failed(path: directory, reason: reason)))
            }
        }
        try opened.get()
        return Journal(queue: queue, directory: directory, limits: limits, desk: desk)
    }

    /// The life of the thread: the connection is made here and ends here.
    private static func serve(
        _ queue: JobQueue, _ desk: AuditDesk, directory: String, limits: Limits,
        whenOpen: (Result<Void, JournalError>) -> Void
    ) {
        let ledger: Ledger
        do {
            ledger = try Ledger.open(directory: directory, limits: limits)
        } catch {
            whenOpen(.failure(error))
            return
        }
        whenOpen(.success(()))
        var trail = AuditTrail()
        while let job = queue.next() {
            job(ledger)
            // Whoever asked has his answer by now.
            if trail.follow(ledger, desk) { _ = queue.add { _ in } }
        }
    }

    /// Ends it: what was asked before is still done. Returns when the database is closed.
    public func close() async {
        queue.close()
        await withCheckedContinuation { continuation in queue.whenEnded { continuation.resume() } }
    }

    func run<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing Ledger) throws(JournalError) -> Value
    ) async throws(JournalError) -> Value {
        let result: Result<Value, JournalError> = await withCheckedContinuation { continuation in
            let refusal = queue.add { ledger in
                do throws(JournalError) {
                    continuation.resume(returning: .success(try body(ledger)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            switch refusal {
            case .closed: continuation.resume(returning: .failure(.closed))
            case .full: continuation.resume(returning: .failure(.overloaded(path: directory)))
            case nil: break
            }
        }
        return try result.get()
    }
}

extension Journal {
    /// The size that each filesystem had when it was first seen.
    public func births() async throws(JournalError) -> [VolumeIdentity: Bytes] {
        try await run { ledger throws(JournalError) in try ledger.births() }
    }

    /// Notes the size of a filesystem that is seen for the first time. One that is known keeps its
    /// first size, unless this one is smaller.
    public func recordBirth(of volume: VolumeIdentity, size: Bytes, at time: WallTime) async throws(JournalError) {
        try await recordBirths([volume: size], at: time)
    }

    /// The same for several, with one wait for the disk.
    public func recordBirths(_ sizes: [VolumeIdentity: Bytes], at time: WallTime) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.recordBirths(sizes, at: time) }
    }

    /// Says that these volumes are still there, for `forgetBirths(notSeenSince:)`.
    public func markSeen(_ volumes: Set<VolumeIdentity>, at time: WallTime) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.markSeen(volumes, at: time) }
    }

    /// Forgets the births of volumes, made anew under the same name, say.
    public func forgetBirths(of volumes: Set<VolumeIdentity>) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.forgetBirths(of: volumes) }
    }

    /// Forgets the births of volumes that were last seen before `time`; how many those were.
    @discardableResult
    public func forgetBirths(notSeenSince time: WallTime) async throws(JournalError) -> Int {
        try await run { ledger throws(JournalError) in try ledger.forgetBirths(notSeenSince: time) }
    }

    /// Notes that a growth is about to begin, and, in the same breath, the volume whose device must not come back shorter
    /// from then on. On the disk when this returns: only then comes the first step.
    public func begin(
        _ order: Order, keeping volume: KeptVolume? = nil, at time: WallTime
    ) async throws(JournalError) -> GrowthID {
        try await run { ledger throws(JournalError) in try ledger.begin(order, keeping: volume, at: time) }
    }

    /// Notes how a growth ended, and tells it in the history, after `decisions`. Finished growths beyond the limits in number and age go.
    ///
    /// - Throws: `JournalError.notOpen` for one that was finished before or never begun.
    public func finish(
        _ id: GrowthID, _ outcome: GrowthOutcome, in container: HistoryEntry.NamedContainer? = nil,
        after decisions: [JournaledDecision] = []
    ) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.finish(id, outcome, in: container, after: decisions) }
    }

    /// Growths that are begun and not finished, oldest first. After a start these are what a crash left behind.
    public func unfinished() async throws(JournalError) -> [JournaledGrowth] {
        try await run { ledger throws(JournalError) in try ledger.unfinished() }
    }

    /// Writes something that changes nothing: throws what keeps the journal from being written, if anything does.
    public func probe() async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.probe() }
    }

    /// The last growths, newest first, open ones too.
    public func recent(_ limit: Int) async throws(JournalError) -> [JournaledGrowth] {
        try await run { ledger throws(JournalError) in try ledger.recent(limit) }
    }
}
