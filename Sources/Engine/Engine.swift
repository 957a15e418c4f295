// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Grower
public import Host
import Inventory
import Journal
public import Logging
public import Policy
import Synchronization
import Units

/// The loop: observe, decide, act. Everything it knows is its own; outsiders read the last report.
public actor Engine {
    let host: any Host
    let grower: Grower
    let logger: Logger
    /// Reads the configuration anew.
    let loadRules: @Sendable () async throws(ReloadError) -> LoadedRules
    /// Where the tasks that the engine starts run. Nil: where tasks always do; a simulation wants them one at a time.
    let executor: (any TaskExecutor)?
    let signal = Signal()
    var books: Books
    /// Opens the journal once more.
    let reopenBooks: (@Sendable () async -> Books)?
    private let published: Mutex<Report>

    var rules: Rules
    var snapshot: Snapshot?
    var history = History()
    var plan: Plan?
    var schedule = Schedule()
    var current: Report
    /// What is under way: one growth for each volume at most.
    var running: [DeviceName: RunningGrowth] = [:]
    /// Orders that are being carried out, until all of it is written down.
    var carryingOut = 0
    /// Volumes whose growth nobody waits for: they go a few at a time, each decided anew when its turn comes.
    var waiting: Set<DeviceName> = []
    /// The first size of each filesystem, from earlier runs and this one.
    var births: [VolumeIdentity: Bytes] = [:]
    /// Growths that a crash cut off, until they are finished.
    var cutOff: [JournaledGrowth] = []
    /// While that goes on.
    var finishing: Task<Void, Never>?
    /// Decisions that are not in the journal yet.
    var unwritten: [JournaledDecision] = []
    var lastTidying = MonotonicTime.zero
    /// How writing the audit log went when it was last asked.
    var auditSeen = AuditHealth()
    /// Grown volumes whose devices are to come back at their length.
    var kept: [VolumeIdentity: KeptVolume] = [:]
    /// Whether the host is told to keep devices in being: not by a command, which soon ends.
    var keepsDevices = false
    /// Why nothing is grown on this host, if something keeps it.
    var hostBar: Refusal?
    /// When a journal that cannot be used is tried again; nil when it can be, and when trying does not help.
    var nextTry: JournalTry?
    /// What people and alerts have set against the rules.
    var overrides: [OverrideID: StandingOverride] = [:]
    /// The same, as the policy takes them.
    var standing = Overrides.none
    /// What became of overrides and is not in the journal yet.
    var unwrittenEvents: [JournaledOverride] = []
    /// What is known of the alerts that came in.
    var desk = AlertDesk()
    var toldAlerts = ToldAlerts()
    var toldUnreadable: MonotonicTime?
    /// By how much the wall clock was ahead of the monotonic one.
    var wallAhead: Double?
    /// Requests that may be sent again.
    var answers = AnswerMemory()
    /// What the journal has from earlier runs is known.
    var hasRecalled = false
    /// What had been written on the host before the last look.
    private var written: Bytes?
    private var lastWholeLook = Duration.zero
    /// Whether what the plan orders is carried out: not by a command that only looks, and not once told to stop.
    private var isActing: Bool

    /// Without `actsOnPlan` nothing is changed but what `grow` is asked to.
    public init(
        host: any Host, rules: LoadedRules, books: Books, version: String, logger: Logger, actsOnPlan: Bool = true,
        executor: (any TaskExecutor)? = nil, reopenBooks: (@Sendable () async -> Books)? = nil,
        loadRules: @escaping @Sendable () async throws(ReloadError) -> LoadedRules
    ) {
        self.executor = executor
        self.host = host
        self.logger = logger
        self.books = books
        self.reopenBooks = reopenBooks
        isActing = actsOnPlan
        self.loadRules = loadRules
        self.rules = rules.rules
        grower = Grower(host: host)
        current = Report(hostKind: host.kind, version: version, mode: rules.rules.mode, startedAt: WallTime.now())
        current.configuration.file = rules.file
        current.configuration.lastReloadSuccess = WallTime.now()
        published = Mutex(current)
    }

    public nonisolated func report() -> Report { published.withLock { $0 } }

    func publish() {
        current.growths.running = running.values.map(\.order).sorted { $0.volume.name < $1.volume.name }
        published.withLock { $0 = current }
    }

    /// Looks, decides and acts until the task is cancelled; then waits for the growths under way.
    public func run() async {
        keepsDevices = true
        await recall()
        let changes = Task(executorPreference: executor) { [host] in
            for await _ in host.changes() { await self.hostChanged() }
        }
        while !Task.isCancelled {
            await lookAtWhatIsDue()
            noteRound()
            if !cutOff.isEmpty { finishing = Task(executorPreference: executor) { await self.finishCutOff() } }
            let earliest = min(schedule.earliest, nextEnd ?? schedule.earliest)
            let timer = Task(executorPreference: executor) { [host, signal] in
                try? await host.sleep(until: earliest)
                if !Task.isCancelled { signal.raise() }
            }
            await signal.wait()
            timer.cancel()
        }
        changes.cancel()
        isActing = false
        waiting = []
        await finishing?.value
        await finishRunning()
        await writeDecisions()
    }

    /// Once ``run()`` has returned, and nobody asks for anything any more.
    public func closeBooks() async { await books.close() }

    /// One look at everything, for a command.
    public func lookOnce() async {
        await recall()
        await look(.everything)
        await finishCutOff()
    }

    /// A growth under way is carried to its end: it is short, and half of it is what nobody wants.
    private func finishRunning() async {
        for growth in running.values { await growth.task.value }
        // One that is no longer under way may not have its end written down yet. (This task is cancelled; one of its own is not.)
        while carryingOut > 0 {
            await Task(executorPreference: executor) { [host] in
                try? await host.sleep(until: host.now().advanced(by: .milliseconds(5)))
            }.value
        }
    }

    private func hostChanged() {
        // At most a fifth of the time goes into whole looks, however busy the host is.
        let gap = max(rules.poll.fastest, lastWholeLook * 4)
        schedule.hasten(notBefore: host.now().advanced(by: snapshot == nil ? .zero : gap))
        signal.raise()
    }

    // MARK: Observe

    private func lookAtWhatIsDue() async {
        await endOverrides()
        if schedule.wholeLook <= host.now() {
            await tryJournalAgain()
            await followWallClock()
            await look(.everything)
            return
        }
        if schedule.watchIsDue(at: host.now()) {
            schedule.watched(await host.written(), at: host.now(), every: rules.poll.fastest)
        }
        let due = schedule.due(at: host.now())
        if !due.isEmpty { await look(.volumes(due)) }
    }

    func look(_ scope: Facts.Scope) async {
        do throws(HostError) {
            // What is written while the look goes on counts as written after it.
            written = await host.written()
            if scope == .everything { schedule.wholeLookBegins() }
            let facts = try await host.observe(scope)
            if scope == .everything {
                schedule.wholeLookDone(at: facts.takenAt, interval: rules.poll.interval)
                lastWholeLook = facts.duration
                current.polls.succeeded(facts)
            } else {
                current.polls.quickLooks += 1
            }
            for time in facts.usageTimes { current.polls.usageTimes.observe(time.seconds) }
            for complaint in facts.complaints { note(complaint) }
            logger.trace("looked at \(facts.volumes.count) volumes in \(facts.duration.text)")
            let joined = Snapshot(joining: facts, onto: snapshot)
            await forgetGone(facts, in: joined)
            let names = facts.looked
            for (volume, size) in births(of: joined, among: names) { history.recallBirth(of: volume, size: size) }
            history.absorb(joined.volumes.lazy.filter { names?.contains($0.name) ?? true })
            history.absorb(joined.pools, at: facts.takenAt)
            if scope == .everything {
                history.forgetAbsent(from: joined)
                await noteBirths(of: joined)
                await writeDecisions()
                followAudit()
            }
            snapshot = joined
            decide(about: names)
        } catch {
            // What was known stays; it is the more outdated the longer this goes on, which the metrics show.
            schedule.wholeLookDone(at: host.now(), interval: min(rules.poll.interval, .seconds(5)))
            let isNew = current.polls.lastError != error.description
            current.polls.failed(error)
            current.errors[ErrorKey(part: "devicemapper", kind: "failed"), default: 0] += 1
            if isNew { logger.error("the host could not be looked at: \(error)") }
            publish()
        }
    }

    private func noteRound() {
        current.polls.rounds += 1
        current.polls.interval = rules.poll.interval
        publish()
    }

    private func note(_ complaint: Facts.Complaint) {
        current.errors[ErrorKey(part: complaint.part, kind: complaint.kind), default: 0] += 1
        logger.debug("\(complaint.text)", metadata: ["part": "\(complaint.part)", "kind": "\(complaint.kind)"])
    }

    // MARK: Decide

    /// Plans anew for these volumes (nil: all), and acts on it.
    func decide(about names: Set<DeviceName>?) {
        guard let snapshot else { return }
        let now = host.now()
        let before = plan
        let next = Policy.plan(
            snapshot, rules: rules, history: history, overrides: standing, now: now, deciding: names, previous: before,
            hostBar: hostBar)
        plan = next
        note(next, before: before, about: names)
        current.snapshot = snapshot
        current.plan = next
        act(on: next, about: names, now: now)
        publish()
    }

    private func act(on plan: Plan, about names: Set<DeviceName>?, now: MonotonicTime) {
        guard let snapshot else { return }
        defer { beginWaiting() }
        let outlooks = Dictionary(plan.pools.map { ($0.pool, $0) }, uniquingKeysWith: { first, _ in first })
        for (volume, decision) in zip(snapshot.volumes, plan.decisions) {
            guard names?.contains(volume.name) ?? true else { continue }
            if isActing {
                waiting.remove(volume.name)
                if let order = decision.order(for: volume) {
                    if isUrgent(order) { begin(order) } else { waiting.insert(volume.name) }
                }
            }
            guard let outlook = outlooks[volume.poolName] else { continue }
            let next = Schedule.nextLook(
                at: volume, decision: decision, past: history[volume.identity], outlook: outlook,
                rule: rules.rule(for: volume, under: standing), poll: rules.poll, now: now)
            schedule.plan(next, at: volume.name, written: written)
        }
    }
}

/// A growth under way and the task that carries it out.
struct RunningGrowth {
    let order: Order
    let task: Task<Void, Never>
}

/// Rules and where they came from.
public struct LoadedRules: Sendable {
    public var rules: Rules
    /// Nil when there is no file and the defaults hold.
    public var file: String?

    public init(rules: Rules, file: String?) {
        self.rules = rules
        self.file = file
    }
}

extension Facts {
    /// The names that were looked at; nil for everything.
    var looked: Set<DeviceName>? {
        if case .volumes(let names) = scope { Set(names) } else { nil }
    }
}

extension Decision {
    /// What is to be carried out now, if anything: a growth, or else a runway.
    func order(for volume: Volume) -> Order? {
        if case .grow(let order) = verdict { return order }
        return runway.flatMap { Order(runway: $0, under: volume) }
    }
}

extension Order {
    /// A longer device under an unchanged filesystem, ahead of need.
    init?(runway: Sectors, under volume: Volume) {
        guard let filesystem = volume.filesystem, let size = filesystem.geometry?.size, runway > volume.size.wholeSectors else {
            return nil
        }
        self.init(
            volume: volume.identity, kind: filesystem.kind, lasting: volume.owner.lasting, reason: .burst, from: size, to: size,
            deviceFrom: volume.size.wholeSectors, deviceTo: runway, price: .zero)
    }
}
