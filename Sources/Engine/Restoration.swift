// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Host
import Inventory
public import Journal
public import Units

/// Makes grown devices anew after a boot, before their owners start: an owner leaves a device that is there as it is, and
/// would else make it at the size in its own record, smaller than the filesystem.
///
/// Docker's are left to dockerd, whose record is right.
public struct Restoration: Sendable {
    private let host: any Host
    private let journal: Journal

    enum Limits {
        /// How long a device that was just made may take to show what is on it.
        static let reading = Duration.seconds(10)
        static let pause = Duration.milliseconds(100)
    }

    /// The pool has no volume of that id (thin's constructor): it was removed for good.
    private static let noSuchVolume: Int32 = 61

    public init(host: any Host, journal: Journal) {
        self.host = host
        self.journal = journal
    }

    /// What became of one kept volume.
    public struct Restored: Hashable, Sendable {
        public let volume: VolumeIdentity
        public let outcome: Outcome

        public init(volume: VolumeIdentity, outcome: Outcome) {
            self.volume = volume
            self.outcome = outcome
        }

        public enum Outcome: Hashable, Sendable {
            /// The device is there again, of this length.
            case restored(Bytes)
            /// It was there already.
            case present
            case poolAbsent
            /// It is gone for good, and is not kept any longer.
            case forgotten(String)
            case failed(String)

            var isFailure: Bool { if case .failed = self { true } else { false } }
        }
    }

    /// One for each volume that a boot takes away, by name.
    public func run() async throws(RestorationError) -> [Restored] {
        let kept: [KeptVolume]
        let births: [VolumeIdentity: Bytes]
        do throws(JournalError) {
            kept = try await journal.kept().filter { if case .docker = $0.owner { false } else { true } }
            births = try await journal.births()
        } catch {
            throw .journal(error)
        }
        if kept.isEmpty { return [] }
        let snapshot: Snapshot
        do throws(HostError) {
            snapshot = Snapshot(joining: try await host.observe(.everything), onto: nil)
        } catch {
            throw .host(error)
        }
        do throws(JournalError) {
            return try await restore(kept, born: births, in: snapshot)
        } catch {
            throw .journal(error)
        }
    }

    private func restore(
        _ kept: [KeptVolume], born births: [VolumeIdentity: Bytes], in snapshot: Snapshot
    ) async throws(JournalError) -> [Restored] {
        let superseded = KeptVolume.superseded(kept.map(\.identity), in: snapshot)
        let present = Dictionary(snapshot.volumes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let pools = Set(snapshot.pools.map(\.name))
        let unchecked = try await journal.restoring()
        let absent = kept.map(\.identity).filter {
            !superseded.contains($0) && present[$0.name] == nil && pools.contains($0.poolName)
        }
        try await journal.beginRestoring(Set(absent))
        var restored: [Restored] = []
        for volume in kept {
            let identity = volume.identity
            let outcome: Restored.Outcome
            if superseded.contains(identity) {
                outcome = await forget(identity, "another volume has its name or its thin id \(identity.thinID) now")
            } else if let there = present[identity.name] {
                // An earlier run was cut off between making it and looking at what is on it.
                let isUnknown = unchecked.contains(identity) && there.openCount == 0
                outcome = isUnknown ? await check(volume, born: births[identity]) : .present
            } else if !pools.contains(identity.poolName) {
                outcome = .poolAbsent
            } else {
                outcome = await restore(volume, born: births[identity])
            }
            restored.append(Restored(volume: identity, outcome: outcome))
        }
        let failed = restored.lazy.filter(\.outcome.isFailure).map(\.volume)
        try await journal.endRestoring(unchecked.union(absent).subtracting(failed))
        return restored
    }

    private func restore(_ volume: KeptVolume, born: Bytes?) async -> Restored.Outcome {
        let identity = volume.identity
        switch await host.perform(.restore(identity, length: volume.length)).outcome {
        case .done: break
        case .failed(Restoration.noSuchVolume, _):
            return await forget(identity, "pool \(identity.poolName) has no volume of thin id \(identity.thinID) any more")
        case .refused(let text), .failed(_, let text): return .failed(text)
        case .stuck(let after): return .failed("it has not come back within \(after.text): see dmesg")
        }
        return await check(volume, born: born)
    }

    /// Takes a device away again that has not on it what was grown.
    private func check(_ volume: KeptVolume, born: Bytes?) async -> Restored.Outcome {
        let identity = volume.identity
        let size: Bytes
        switch await filesystemSize(of: identity) {
        case .size(let found): size = found
        case .none(let text): return await takeAway(identity, text)
        case .unread(let text): return .failed("it is there again, but what is on it could not be read: \(text)")
        }
        // Thin ids are used again. One that never grew needs no more than its owner gives it.
        let least = born ?? volume.filesystemSize
        if let born, size <= born {
            return await takeAway(identity, "its filesystem is \(size), no larger than it was at first (\(born))")
        }
        guard size >= least, size <= volume.length.bytes else {
            return await takeAway(
                identity, "the filesystem on it is \(size), not the one that was grown to \(volume.filesystemSize)")
        }
        return .restored(volume.length.bytes)
    }

    private enum Found {
        case size(Bytes)
        /// Something else is on it.
        case none(String)
        case unread(String)
    }

    /// Asks until it tells: a device that is only just there is not read at once.
    private func filesystemSize(of identity: VolumeIdentity) async -> Found {
        let deadline = host.now().advanced(by: Limits.reading)
        var last = "no look at it succeeded"
        while true {
            if let facts = try? await host.observe(.volumes([identity.name])), let volume = facts.volumes.first {
                switch volume.content {
                case .unmounted(_, let geometry?): return .size(geometry.size)
                case .mounted(let filesystem):
                    if let size = filesystem.geometry?.size { return .size(size) }
                    last = "its mount does not tell"
                case .unmounted(let kind, nil): last = "the superblock of its \(kind.name) cannot be read"
                case .foreign(let signature): return .none("what is on it is no filesystem that Headroom grows: \(signature)")
                case .blank: return .none("nothing is on it")
                case .unread(let reason): last = reason
                }
            }
            guard host.now() < deadline, (try? await host.sleep(until: host.now().advanced(by: Limits.pause))) != nil else {
                return .unread(last)
            }
        }
    }

    private func takeAway(_ identity: VolumeIdentity, _ reason: String) async -> Restored.Outcome {
        switch await host.perform(.release(identity)).outcome {
        case .done: return await forget(identity, reason)
        case .refused(let text), .failed(_, let text): return .failed("\(reason); it could not be taken away again: \(text)")
        case .stuck: return .failed("\(reason); taking it away again has not come back: see dmesg")
        }
    }

    private func forget(_ identity: VolumeIdentity, _ reason: String) async -> Restored.Outcome {
        do throws(JournalError) {
            try await journal.forgetKept(of: [identity])
            return .forgotten(reason)
        } catch {
            return .failed("\(reason), and it could not be forgotten: \(error)")
        }
    }
}

/// Why nothing could be restored at all.
public enum RestorationError: Error, Sendable, CustomStringConvertible {
    case journal(JournalError)
    case host(HostError)

    public var description: String {
        switch self {
        case .journal(let error): error.description
        case .host(let error): error.description
        }
    }
}
