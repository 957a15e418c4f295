// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import HTTPClient
import Synchronization
public import Units

/// What the LXD and Incus of this host say of their instances' volumes. They are asked seldom, and beside whatever else
/// goes on: a daemon may be slow, silent, or not there at all.
public final class LXDDaemons: Sendable {
    public enum Limits {
        /// For one answer.
        static let answer = Duration.seconds(5)
        /// Names, labels and sizes change without any sign.
        static let interval = Duration.seconds(60)
        /// While there are volumes that nobody knows, or somebody does not answer: 1, 2, 4 ... s.
        static let patience = Duration.seconds(1)...Duration.seconds(60)
    }

    private struct State {
        /// By socket.
        var listings: [String: LXDListing] = [:]
        var silent: [String: LXDError] = [:]
        var sockets: [String: FileStatus] = [:]
        var unknown: Set<LogicalVolume> = []
        var isAsking = false
        var isStale = true
        var askedAt: ContinuousClock.Instant?
        var patience = Limits.patience.lowerBound
        var complaints: [OwnerComplaint] = []

        func volume(_ volume: LogicalVolume) -> LXDVolume? {
            let found = listings.values.compactMap { $0.volumes[volume] }
            return found.first(where: \.isAnswering) ?? found.first
        }

        mutating func take(_ answers: [(LXDSockets.Place, Result<LXDListing, LXDError>)]) {
            // What a daemon had told stays known when it does not answer any more.
            for path in listings.keys { listings[path] = listings[path]?.silenced }
            silent = [:]
            for (place, answer) in answers {
                switch answer {
                case .success(let listing): listings[place.path] = listing
                case .failure(let error):
                    silent[place.path] = error
                    complaints.append(
                        OwnerComplaint(
                            owner: place.daemon.rawValue, kind: error.kind,
                            text: "\(place.daemon.title) does not answer at \(place.path) (\(error)): its instances are not grown"
                        ))
                }
            }
        }
    }

    private let sockets: LXDSockets
    private let files: any FileReading
    private let asking: LXDAsking
    private let state = Mutex(State())

    public convenience init(sockets: LXDSockets = LXDSockets(), files: any FileReading = HostFiles()) {
        self.init(sockets: sockets, files: files, asking: LXDDaemons.overSocket)
    }

    init(sockets: LXDSockets, files: any FileReading, asking: @escaping LXDAsking) {
        self.sockets = sockets
        self.files = files
        self.asking = asking
    }

    static let overSocket: LXDAsking = { socketPath, request, timeout throws(ClientError) in
        try HTTPClient(socketPath: socketPath).askBlocking(request, within: timeout)
    }

    /// The logical volume that is named as LXD names an instance's; a snapshot's is not.
    static func instanceVolume(_ sighting: VolumeSighting) -> LogicalVolume? {
        guard sighting.uuid.hasPrefix("LVM-"), let volume = LogicalVolume(deviceName: sighting.name),
            volume.isInstanceVolume, volume.isWhole(as: sighting.name)
        else { return nil }
        return volume
    }

    // MARK: When to ask

    /// Whether it is time to ask. Then `ask` has to be called. `volumes`: all that there are.
    public func beginsAsking(for volumes: [VolumeSighting], now: ContinuousClock.Instant = .now) -> Bool {
        let present = volumes.compactMap(LXDDaemons.instanceVolume)
        if present.isEmpty { return false }
        let sockets = statuses()
        return state.withLock { state in
            let unknown = Set(present.filter { state.volume($0) == nil })
            // Somebody came, or began anew; or there is something to ask about that there was not.
            if sockets != state.sockets || !unknown.isSubset(of: state.unknown) {
                state.isStale = true
                state.patience = Limits.patience.lowerBound
            }
            state.sockets = sockets
            state.unknown = unknown
            let isSettled = unknown.isEmpty && state.silent.isEmpty
            let wait = isSettled ? Limits.interval : state.patience
            let isDue = state.isStale || state.askedAt.map { $0.duration(to: now) >= wait } ?? true
            guard isDue, !state.isAsking else { return false }
            state.isAsking = true
            state.isStale = false
            state.askedAt = now
            state.patience = isSettled ? Limits.patience.lowerBound : min(state.patience * 2, Limits.patience.upperBound)
            return true
        }
    }

    /// The answers so far are no longer true.
    public func forgetSoon() { state.withLock { $0.isStale = true } }

    private func statuses() -> [String: FileStatus] {
        var found: [String: FileStatus] = [:]
        for place in sockets.places { found[place.path] = try? files.status(of: place.path) }
        return found
    }

    // MARK: Asking

    /// Asks every daemon that there may be, and says whether that gave anything new. Blocks, for as long as each may take.
    public func ask() -> Bool {
        var answers: [(LXDSockets.Place, Result<LXDListing, LXDError>)] = []
        let known = state.withLock { Set($0.listings.keys) }
        // A socket that was never there is no daemon that is silent.
        for place in sockets.places where known.contains(place.path) || (try? files.status(of: place.path)) != nil {
            do throws(LXDError) {
                let listing = try LXDListing(socketPath: place.path, within: Limits.answer, ask: asking)
                answers.append((place, .success(listing)))
            } catch {
                answers.append((place, .failure(error)))
            }
        }
        return state.withLock { state in
            let before = state.listings
            state.isAsking = false
            state.take(answers)
            if answers.isEmpty, state.listings.isEmpty,
                let one = state.unknown.min(by: { $0.deviceName < $1.deviceName })
            {
                let paths = sockets.places.map(\.path).joined(separator: ", ")
                state.complaints.append(
                    OwnerComplaint(
                        owner: "lxd", kind: "failed",
                        text: "neither LXD nor Incus is there (no socket at \(paths)), and volumes are named as theirs,"
                            + " \(one.deviceName) for one: these are not grown"))
            }
            return state.listings != before
        }
    }

    func volume(_ volume: LogicalVolume) -> LXDVolume? { state.withLock { $0.volume(volume) } }

    func takeComplaints() -> [OwnerComplaint] {
        state.withLock { state in
            defer { state.complaints = [] }
            return state.complaints
        }
    }

    /// A growth has had this size recorded.
    public func note(_ size: Bytes, of volume: LXDVolume) {
        state.withLock { $0.listings[volume.socketPath]?.note(size, of: volume.volume) }
    }
}
