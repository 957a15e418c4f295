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
    private let journal: Journal?
    private let remains: Journal.Remains?

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
        remains = nil
    }

    /// By what a journal tells that cannot be used: what comes of it is not written down.
    public init(host: any Host, remains: Journal.Remains) {
        self.host = host
        journal = nil
        self.remains = remains
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
            let all = try await journal?.kept() ?? remains?.kept ?? []
            kept = all.filter { if case .docker = $0.owner { false } else { true } }
            births = try await journal?.births() ?? remains?.births ?? [:]
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
        let unchecked = try await journal?.restoring() ?? []
        let absent = kept.map(\.identity).filter {
            !superseded.contains($0) && present[$0.name] == nil && pools.contains($0.poolName)
        }
        // A disk that has become full must not keep what was grown from coming back.
        try? await journal?.beginRestoring(Set(absent))
        var outcomes: [VolumeIdentity: Restored.Outcome] = [:]
        var made: [KeptVolume] = []
        for volume in kept {
            let identity = volume.identity
            if superseded.contains(identity) {
                outcomes[identity] = await forget(identity, "another volume has its name or its thin id \(identity.thinID) now")
            } else if let there = present[identity.name] {
                // An earlier run was cut off between making it and looking at what is on it.
                let isUnknown = unchecked.contains(identity) && there.openCount == 0
                if isUnknown { made.append(volume) } else { outcomes[identity] = .present }
            } else if !pools.contains(identity.poolName) {
                outcomes[identity] = .poolAbsent
            } else if let failure = await make(volume) {
                outcomes[identity] = failure
            } else {
                made.append(volume)
            }
        }
        // All are made before any is read: a device takes a while to show what is on it, and they take it together.
        let found = await filesystemSizes(of: made.map(\.identity))
        for volume in made {
            outcomes[volume.identity] = await judge(volume, born: births[volume.identity], found[volume.identity.name])
        }
        let restored = kept.compactMap { volume in
            outcomes[volume.identity].map { Restored(volume: volume.identity, outcome: $0) }
        }
        let failed = restored.lazy.filter(\.outcome.isFailure).map(\.volume)
        try? await journal?.endRestoring(unchecked.union(absent).subtracting(failed))
        return restored
    }

    /// Nil when the device is there.
    private func make(_ volume: KeptVolume) async -> Restored.Outcome? {
        let identity = volume.identity
        switch await host.perform(.restore(identity, length: volume.length)).outcome {
        case .done: return nil
        case .failed(Restoration.noSuchVolume, _):
            return await forget(identity, "pool \(identity.poolName) has no volume of thin id \(identity.thinID) any more")
        case .refused(let text), .failed(_, let text): return .failed(text)
        case .stuck(let after): return .failed("it has not come back within \(after.text): see dmesg")
        }
    }

    /// Takes a device away again that has not on it what was grown.
    private func judge(_ volume: KeptVolume, born: Bytes?, _ found: Found?) async -> Restored.Outcome {
        let identity = volume.identity
        let size: Bytes
        var isAsOldAsItsLog = false
        switch found {
        case .size(let told, let isOld)?: (size, isAsOldAsItsLog) = (told, isOld)
        case .none(let text)?: return await takeAway(identity, text)
        case .unread(let text)?: return .failed("it is there again, but what is on it could not be read: \(text)")
        case nil: return .failed("it is there again, but no look at it succeeded")
        }
        // Thin ids are used again. One that never grew needs no more than its owner gives it.
        let least = born ?? volume.filesystemSize
        // After a power cut XFS's superblock may be older than its growth, which the next mount takes from the log.
        let mayStillGrow = isAsOldAsItsLog && volume.filesystemSize > least && size == least
        if let born, size <= born, !mayStillGrow {
            return await takeAway(identity, "its filesystem is \(size), no larger than it was at first (\(born))")
        }
        guard size >= least, size <= volume.length.bytes else {
            return await takeAway(
                identity, "the filesystem on it is \(size), not the one that was grown to \(volume.filesystemSize)")
        }
        return .restored(volume.length.bytes)
    }

    private enum Found {
        /// What the superblock on the device tells may be older than what is in the filesystem's log.
        case size(Bytes, isAsOldAsItsLog: Bool)
        /// Something else is on it.
        case none(String)
        case unread(String)

        /// Nil when it may be told at a later look.
        init?(_ volume: VolumeFact) {
            switch volume.content {
            case .unmounted(let kind, let geometry?): self = .size(geometry.size, isAsOldAsItsLog: kind == .xfs)
            case .mounted(let filesystem):
                guard let size = filesystem.geometry?.size else { return nil }
                self = .size(size, isAsOldAsItsLog: false)
            case .foreign(let signature): self = .none("what is on it is no filesystem that Headroom grows: \(signature)")
            case .blank: self = .none("nothing is on it")
            case .unmounted(_, nil), .unread: return nil
            }
        }
    }

    /// Asks until they tell: a device that is only just there is not read at once.
    private func filesystemSizes(of volumes: [VolumeIdentity]) async -> [DeviceName: Found] {
        let deadline = host.now().advanced(by: Limits.reading)
        var found: [DeviceName: Found] = [:]
        var left = volumes.map(\.name)
        while !left.isEmpty {
            if let facts = try? await host.observe(.volumes(left)) {
                for volume in facts.volumes {
                    found[volume.device.name] = Found(volume) ?? .unread(Restoration.reason(volume))
                }
                left = left.filter { name in if case .unread? = found[name] { true } else { found[name] == nil } }
            }
            guard !left.isEmpty, host.now() < deadline,
                (try? await host.sleep(until: host.now().advanced(by: Limits.pause))) != nil
            else { break }
        }
        return found
    }

    private static func reason(_ volume: VolumeFact) -> String {
        switch volume.content {
        case .unmounted(let kind, _): "the superblock of its \(kind.name) cannot be read"
        case .unread(let reason): reason
        case .mounted, .foreign, .blank: "its mount does not tell"
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
            try await journal?.forgetKept(of: [identity])
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
