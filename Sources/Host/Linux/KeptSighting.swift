// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Owners
import Units

/// What is seen of a kept Docker volume at one moment.
struct KeptSighting: Hashable, Sendable {
    var device: Device
    /// Nil where it was not looked at, since the device is as it should be.
    var record: Record?
    var life: DockerBooks.Life = .unknown
    /// dockerd has ended: it reads its records when it starts again, and makes each device as long as they say.
    var isUnserved = false
    /// It has been seen at its kept length, or away, since that is its length: if it is shorter now, it was made anew.
    var hasGrown = false

    enum Device: Hashable, Sendable {
        case absent
        /// It has no live table yet: somebody is making it, or crashed at that (`isAbandoned`).
        case unfinished(isAbandoned: Bool)
        case present(length: Sectors, use: Use)
        /// Its name is another's.
        case other
    }

    enum Use: Hashable, Sendable {
        case open
        /// Nobody has it open, since a moment only: dockerd activates a device before it opens it.
        case idle
        case unused
    }

    enum Record: Hashable, Sendable {
        case found(deviceID: UInt32, size: Bytes, isDeleted: Bool)
        /// dockerd has none any more.
        case gone
        /// It cannot be read.
        case unknown
    }

    enum Action: Hashable, Sendable {
        /// It is as it should be.
        case rest
        /// Nothing to do now; soon there may be.
        case wait
        case make
        /// Somebody crashed while making it.
        case finish
        case lengthen
        /// Its owner's record has forgotten the growth.
        case record
        /// Its owner wants it gone, and the device is in the way.
        case remove
        /// Its owner has given it up, and nothing is left of it.
        case letGo
    }

    /// What to do about a volume of this length.
    func action(for volume: KeptVolume) -> Action {
        switch record {
        case nil:
            // Enough to know while the device is long enough.
            if case .present(let length, let use) = device, length >= volume.length {
                // Of one that is to be withdrawn the record is wanted.
                return isUnserved && use != .open ? .wait : .rest
            }
            return isUnserved && device == .absent ? .rest : .wait
        case .unknown: return .wait
        case .found(let id, _, let isDeleted) where isDeleted || id != volume.identity.thinID: return ending
        case .gone: return ending
        case .found(_, let size, _):
            if isUnserved { return size < volume.length.bytes ? .record : withdrawal }
            // `docker rm` removes the device, then its thin id: making it anew in between would be in the way. Before that it
            // activates the device to discard what is in it, so one that is there is not ours to remove.
            guard life == .there else { return .wait }
            switch device {
            case .absent: return .make
            case .unfinished(isAbandoned: true): return .finish
            case .unfinished(isAbandoned: false), .other: return .wait
            case .present(let length, _):
                // One that is shorter only because it is about to be grown has what the filesystem had before.
                let isCutBack = hasGrown || length.bytes < volume.filesystemSize
                if length < volume.length { return isCutBack ? .lengthen : .wait }
                return size < volume.length.bytes ? .record : .rest
            }
        }
    }

    /// Nobody is to find the pool in use.
    private var withdrawal: Action {
        switch device {
        case .present(_, use: .unused): .remove
        case .present(_, use: .idle): .wait
        case .present(_, use: .open), .absent, .unfinished, .other: .rest
        }
    }

    private var ending: Action {
        switch device {
        case .absent, .other: .letGo
        case .unfinished(isAbandoned: false), .present(_, use: .open), .present(_, use: .idle): .wait
        case .unfinished(isAbandoned: true), .present(_, use: .unused): .remove
        }
    }
}
