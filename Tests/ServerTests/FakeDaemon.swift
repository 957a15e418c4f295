// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Engine
import Filesystem
import Host
import Inventory
import Journal
import Owners
import Policy
import Synchronization
import Units

/// A daemon that says what it is told to say and remembers what it was asked.
final class FakeDaemon: Daemon {
    struct State {
        var report: Report
        var reloadError: ReloadError?
        var reloads = 0
        var answer = GrowAnswer.unknown("nobody is called so")
        var wishes: [GrowRequest] = []
        var overrides: [OverrideRequest] = []
        var lifts: [LiftRequest] = []
        var overrideAnswer: OverrideAnswer?
        var deliveries: [AlertDelivery] = []
        var alertResult = AlertResult.set
        var unreadable: [String] = []
        var queries: [HistoryQuery] = []
        var history: Result<[HistoryRecord], JournalError> = .success([])
        var verification = HistoryVerification()
        var answers: [String: (request: String, answer: JournaledAnswer.Answer)] = [:]
    }

    private let state: Mutex<State>

    init(_ report: Report = FakeDaemon.report()) { state = Mutex(State(report: report)) }

    /// As it is now.
    var seen: State { state.withLock { $0 } }

    func set(_ change: (inout sending State) -> Void) { state.withLock { change(&$0) } }

    func report() -> Report { state.withLock { $0.report } }

    func reload() async throws(ReloadError) {
        let error = state.withLock { state in
            state.reloads += 1
            return state.reloadError
        }
        if let error { throw error }
    }

    func grow(_ request: GrowRequest) async -> GrowAnswer {
        state.withLock { state in
            state.wishes.append(request)
            return state.answer
        }
    }

    func override(_ request: OverrideRequest) async -> OverrideAnswer {
        state.withLock { state in
            state.overrides.append(request)
            return state.overrideAnswer ?? .changed(OverrideChange())
        }
    }

    func lift(_ request: LiftRequest) async -> OverrideAnswer {
        state.withLock { state in
            state.lifts.append(request)
            return state.overrideAnswer ?? .changed(OverrideChange())
        }
    }

    func receive(_ delivery: AlertDelivery) async -> [AlertAnswer] {
        state.withLock { state in
            state.deliveries.append(delivery)
            return delivery.alerts.map { AlertAnswer($0 == nil ? .invalid : state.alertResult, "as told") }
        }
    }

    func noteUnreadableAlerts(_ complaint: String) async { state.withLock { $0.unreadable.append(complaint) } }

    func history(_ query: HistoryQuery) async throws(JournalError) -> [HistoryRecord] {
        let history = state.withLock { state in
            state.queries.append(query)
            return state.history
        }
        return try history.get()
    }

    func verifyHistory() async throws(JournalError) -> HistoryVerification { seen.verification }

    func once(
        _ key: String, request: String, _ work: @Sendable () async -> JournaledAnswer.Answer
    ) async -> OnceAnswer {
        if let known = seen.answers[key] { return known.request == request ? .again(known.answer) : .different }
        let answer = await work()
        state.withLock { $0.answers[key] = (request, answer) }
        return .first(answer)
    }

    /// One pool with these volumes, each a Docker container's.
    static func report(volumes names: [DeviceName] = ["web"]) -> Report {
        var report = Report(hostKind: "linux", version: "1.2.3", mode: .observe, startedAt: WallTime(seconds: 1_700_000_000))
        let volumes = names.enumerated().map { volume($1, number: UInt32($0)) }
        let pool = Pool(
            name: "depot", uuid: "", number: DeviceNumber(major: 254, minor: 0), isSuspended: false, owner: .plain,
            table: ThinPoolTable(
                length: Sectors(2_097_152), metadataDevice: nil, dataDevice: nil, blockSize: Sectors(128),
                lowWaterMark: DataBlocks(0)),
            status: .working(
                .init(
                    metadataUsed: MetadataBlocks(1), metadataTotal: MetadataBlocks(1024), dataUsed: DataBlocks(8192),
                    dataTotal: DataBlocks(16_384))))
        report.snapshot = Snapshot(takenAt: .zero, wallTime: WallTime(seconds: 1), pools: [pool], volumes: volumes)
        report.plan = Plan(
            madeAt: .zero, pools: [],
            decisions: volumes.map {
                Decision(
                    volume: $0.identity, rule: "default", mode: .observe,
                    verdict: .refused(Refusal(.reserve, "the pool keeps 10 %", hint: "grow the pool")), needs: [.threshold],
                    findings: [Finding("threshold", "91 % used", speaksFor: true)])
            })
        report.polls.lastSucceeded = true
        return report
    }

    static func volume(_ name: DeviceName, number: UInt32 = 1) -> Volume {
        let container = Container(id: "abc\(number)", name: "container-\(number)")
        return Volume(
            identity: VolumeIdentity(name: name, uuid: "", poolName: "depot", thinID: number),
            number: DeviceNumber(major: 254, minor: number + 1), seenAt: .zero, size: .gibibytes(1), mapped: .mebibytes(1),
            owner: .docker(DockerVolume(role: .container, hash: "h", container: container)), content: .blank)
    }

    static func order() -> Order {
        Order(
            volume: volume("web").identity, kind: .ext4, reason: .manual, from: .gibibytes(1), to: .gibibytes(2),
            deviceFrom: Bytes.gibibytes(1).wholeSectors, deviceTo: Bytes.gibibytes(2).wholeSectors, price: .zero)
    }

    /// An entry with all that one may have, and one with as little as it may have.
    static func records() -> [HistoryRecord] {
        let asked = Asked(author: "alice", source: .cli, reason: "why")
        var full = HistoryEntry(time: WallTime(seconds: 1_700_000_000), kind: .override, event: "set", by: asked, text: "held")
        full.volume = "web"
        full.pool = "depot"
        full.container = .init(id: "abc", name: "container-0")
        (full.before, full.after) = (.gibibytes(1), .gibibytes(2))
        full.isRunway = true
        full.override = Override(
            id: OverrideID(1), kind: .hold, scope: .all, asked: asked, start: .init(seconds: 0), end: .init(seconds: 9))
        let bare = HistoryEntry(time: WallTime(seconds: 1_700_000_001), kind: .alert, event: "ignored", by: nil, text: "no")
        return [
            HistoryRecord(id: 1, hash: [UInt8](repeating: 0xAB, count: 32), entry: full),
            HistoryRecord(id: 2, hash: [UInt8](repeating: 0x01, count: 32), entry: bare),
        ]
    }
}
