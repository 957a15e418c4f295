// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Glibc
import Host
import Journal
import Owners
import Synchronization
import Testing
import Units

/// A host of one pool, whose devices come and go as a test says, and which notes what it is asked to do. Its clock goes on
/// by what is slept.
final class BenchHost: Host {
    enum Event: Hashable, Sendable {
        case kept([DeviceName])
        case looked
        case step(String, DeviceName)
    }

    struct State: Sendable {
        var pools: [PoolFact] = [BenchHost.pool()]
        var volumes: [VolumeFact] = []
        /// What the pool holds, by thin id: shown once a device of it is there.
        var blocks: [UInt32: Content] = [:]
        var released: [VolumeIdentity] = []
        /// Outcomes of steps that do not work, by the step's name.
        var failures: [String: StepReport.Outcome] = [:]
        /// A device that was made only now cannot be read for so many looks.
        var unreadLooks = 0
        var events: [Event] = []
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
    }

    let kind = "bench"
    let state = Mutex(State())
    /// Called before each step.
    private let onStep: @Sendable (Step) async -> Void

    init(onStep: @escaping @Sendable (Step) async -> Void = { _ in }) { self.onStep = onStep }

    func with<Value: Sendable>(_ body: @Sendable (inout State) -> sending Value) -> Value { state.withLock { body(&$0) } }

    var events: [Event] { with { $0.events } }

    func now() -> MonotonicTime { with { $0.now } }

    func sleep(until deadline: MonotonicTime) async throws(CancellationError) {
        do { try await Task.sleep(for: .milliseconds(1)) } catch { throw CancellationError() }
        with { $0.now = max($0.now, deadline) }
    }

    func observe(_ scope: Facts.Scope) async throws(HostError) -> Facts {
        with { state in
            state.events.append(.looked)
            state.now = state.now.advanced(by: .milliseconds(1))
            var facts = Facts(
                scope: scope, takenAt: state.now, wallTime: WallTime(seconds: 0), duration: .milliseconds(1),
                pools: state.pools, volumes: state.volumes)
            if case .volumes(let names) = scope { facts.volumes.removeAll { !names.contains($0.device.name) } }
            if scope != .everything, state.unreadLooks > 0 {
                state.unreadLooks -= 1
                for index in facts.volumes.indices { facts.volumes[index].content = .unread(reason: "only just there") }
            }
            (facts.released, state.released) = (state.released, [])
            return facts
        }
    }

    func keep(_ volumes: [KeptVolume]) async { with { $0.events.append(.kept(volumes.map(\.identity.name))) } }

    func changes() -> AsyncStream<Void> { AsyncStream { _ in } }

    func perform(_ step: Step) async -> StepReport {
        await onStep(step)
        return with { state in
            state.events.append(.step(step.name, step.volume.name))
            state.now = state.now.advanced(by: .milliseconds(10))
            let outcome = state.failures[step.name] ?? state.carryOut(step)
            var report = StepReport(outcome: outcome, duration: .milliseconds(10))
            if case .growFilesystem(_, _, let size) = step, outcome == .done { report.filesystemSize = size }
            return report
        }
    }

    static let poolNumber = DeviceNumber(major: 254, minor: 0)

    static func pool(_ name: DeviceName = "pool", used: Bytes? = nil) -> PoolFact {
        let size = Bytes.gibibytes(10)
        let block = Bytes.kibibytes(64)
        return PoolFact(
            device: DeviceFact(name: name, number: poolNumber, openCount: 1),
            table: ThinPoolTable(
                length: size.wholeSectors, metadataDevice: nil, dataDevice: nil, blockSize: block.wholeSectors,
                lowWaterMark: DataBlocks(0)),
            status: .working(
                .init(
                    metadataUsed: MetadataBlocks(100), metadataTotal: MetadataBlocks(16_384),
                    dataUsed: DataBlocks(used.map { $0.count / block.count } ?? 1000),
                    dataTotal: DataBlocks(size.count / block.count), mode: .readWrite, needsCheck: false)))
    }

    static func ext4(_ size: Bytes) -> FilesystemGeometry {
        .ext4(
            Ext4Geometry(
                blockSize: .kibibytes(4), blocks: size.count / 4096, blocksPerGroup: 32_768, inodesPerGroup: 8192,
                inodeSize: Bytes(256), groupsPerFlex: 16, has64BitBlocks: true, reservedDescriptorBlocks: 256))
    }

    static func xfs(_ size: Bytes) -> Content {
        let blocks = size.count / 4096
        let geometry = XFSGeometry(blockSize: Bytes(4096), blocks: blocks, groupBlocks: blocks / 4, groups: 4)
        return .unmounted(kind: .xfs, geometry: .xfs(geometry))
    }

    static func filesystem(_ size: Bytes) -> Content { .unmounted(kind: .ext4, geometry: ext4(size)) }

    static func volume(
        _ name: DeviceName, id: UInt32, size: Bytes, filesystem: Bytes? = nil, owner: Owner = .plain
    ) -> VolumeFact {
        let usage = FilesystemUsage(
            size: filesystem ?? size, used: .mebibytes(10), available: (filesystem ?? size).less(.mebibytes(10)), inodes: 1000,
            inodesUsed: 11)
        return VolumeFact(
            device: DeviceFact(name: name, number: DeviceNumber(major: 254, minor: id), openCount: 1),
            table: ThinTable(length: size.wholeSectors, pool: poolNumber, thinID: id),
            status: .working(mapped: Bytes.mebibytes(10).wholeSectors, highest: nil), owner: owner,
            content: .mounted(
                MountedFilesystem(
                    kind: .ext4, mountPoint: "/mnt/\(name)", reading: .usage(usage), geometry: ext4(filesystem ?? size))),
            mountPoints: ["/mnt/\(name)"])
    }
}

extension BenchHost.State {
    fileprivate mutating func carryOut(_ step: Step) -> StepReport.Outcome {
        let identity = step.volume
        let place = volumes.firstIndex { $0.device.name == identity.name }
        switch step {
        case .restore(_, let length):
            guard place == nil else { return .done }
            guard let content = blocks[identity.thinID] else { return .failed(errno: 61, text: "no data available") }
            var volume = BenchHost.volume(identity.name, id: identity.thinID, size: length.bytes)
            volume.content = content
            volumes.append(volume)
        case .release: volumes.removeAll { $0.device.name == identity.name }
        case .resume(_, let length), .extend(_, _, let length), .resizeInstance(_, _, let length):
            guard let place else { return .refused(reason: "it is not there") }
            volumes[place].table.length = length
        case .growFilesystem(_, _, let size):
            guard let place, case .mounted(var filesystem) = volumes[place].content else {
                return .refused(reason: "not mounted")
            }
            filesystem.geometry = BenchHost.ext4(size)
            volumes[place].content = .mounted(filesystem)
        case .recordLength, .runHook, .loadTable, .clearTable: break
        }
        return .done
    }
}

extension VolumeIdentity {
    static func volume(_ name: DeviceName, id: UInt32) -> VolumeIdentity {
        VolumeIdentity(name: name, uuid: "", poolName: "pool", thinID: id)
    }
}

/// A journal in a directory that goes with it.
final class BenchJournal: Sendable {
    let journal: Journal
    let directory: String

    var database: String { directory + "/headroom.db" }

    /// `busy`: how long it waits for another that has it locked.
    init(busy: Duration = .seconds(5)) async throws {
        var template = Array("/tmp/headroom-engine-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var limits = Journal.Limits()
        limits.busy = busy
        journal = try await Journal.open(directory: directory, limits: limits)
    }

    deinit {
        for name in ["headroom.db", "headroom.db-wal", "headroom.db-shm"] { unlink("\(directory)/\(name)") }
        rmdir(directory)
    }
}
