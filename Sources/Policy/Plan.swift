// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Filesystem
public import Host
public import Owners
public import Units

/// What the policy makes of a snapshot: one outlook for each pool, one decision for each volume.
public struct Plan: Sendable, Hashable, Codable {
    public var madeAt: MonotonicTime
    /// By pool name, as in the snapshot.
    public var pools: [PoolOutlook]
    /// One for each volume of the snapshot, in its order.
    public var decisions: [Decision]

    public init(madeAt: MonotonicTime, pools: [PoolOutlook], decisions: [Decision]) {
        self.madeAt = madeAt
        self.pools = pools
        self.decisions = decisions
    }
}

/// What a pool can still give.
public struct PoolOutlook: Sendable, Hashable, Codable {
    public var pool: DeviceName
    /// Data that is never granted.
    public var reserve: Bytes
    public var metadataReserve: Bytes
    /// Granted by growth, not written yet, and what ungrown volumes may write before the next look.
    public var promised: Bytes
    /// What may still be granted: the lesser of what data and metadata allow. Nil when the pool gives no figures.
    public var headroom: Bytes?
    /// True when it is the metadata that limits.
    public var isLimitedByMetadata: Bool
    /// Sum of the volumes' sizes.
    public var volumesSize: Bytes
    public var overcommitLimit: Ratio?
    /// The fastest fill that any filesystem of this pool has shown, or the assumed one.
    public var fillRate: ByteRate
    public var fillRateWasSeen: Bool
    /// What one look and one growth take under load, with margin.
    public var reaction: Duration
    /// The free space that every enforced filesystem of this pool has at least: fill rate × reaction.
    public var burstRoom: Bytes
    /// Why nothing on this pool is grown now.
    public var bar: Refusal?
    /// When data, and metadata, will be used up at the present pace; nil while they do not fill.
    public var dataFullIn: Duration?
    public var metadataFullIn: Duration?
    /// The metadata that would be in use were all data mapped; nil while that cannot be told.
    public var metadataNeeded: Bytes?

    public init(
        pool: DeviceName, reserve: Bytes, metadataReserve: Bytes, promised: Bytes, headroom: Bytes?,
        isLimitedByMetadata: Bool, volumesSize: Bytes, overcommitLimit: Ratio?, fillRate: ByteRate, fillRateWasSeen: Bool,
        reaction: Duration, burstRoom: Bytes, bar: Refusal?
    ) {
        self.pool = pool
        self.reserve = reserve
        self.metadataReserve = metadataReserve
        self.promised = promised
        self.headroom = headroom
        self.isLimitedByMetadata = isLimitedByMetadata
        self.volumesSize = volumesSize
        self.overcommitLimit = overcommitLimit
        self.fillRate = fillRate
        self.fillRateWasSeen = fillRateWasSeen
        self.reaction = reaction
        self.burstRoom = burstRoom
        self.bar = bar
    }
}

/// What the policy decided for one volume, and why, rule by rule.
public struct Decision: Sendable, Hashable, Codable {
    public var volume: VolumeIdentity
    /// The rule that holds for it.
    public var rule: String
    public var mode: Mode
    public var verdict: Verdict
    /// Why the volume should be larger; empty when it need not be.
    public var needs: [Need]
    /// What was looked at, in order, each in one line for people.
    public var findings: [Finding]
    /// A longer device, ahead of need, under an unchanged filesystem. Carried out only in enforce mode.
    public var runway: Sectors?
    /// Somebody is writing to it.
    public var isFilling: Bool
    /// When nothing will be available at the present pace; nil while it does not fill.
    public var fullIn: Duration?

    public init(
        volume: VolumeIdentity, rule: String, mode: Mode, verdict: Verdict, needs: [Need] = [], findings: [Finding] = [],
        runway: Sectors? = nil, isFilling: Bool = false
    ) {
        self.volume = volume
        self.rule = rule
        self.mode = mode
        self.verdict = verdict
        self.needs = needs
        self.findings = findings
        self.runway = runway
        self.isFilling = isFilling
    }

    /// That idle filesystems could not be made ready for a burst is no news for each of a thousand.
    public var isNews: Bool { needs != [.burst] || isFilling }

    public enum Verdict: Sendable, Hashable, Codable {
        /// Large enough.
        case content
        /// To be grown now.
        case grow(Order)
        /// Would be grown if the mode were enforce.
        case wouldGrow(Order)
        /// It should be larger, and is not grown.
        case refused(Refusal)
        /// It can never be grown as it is, whether it should or not.
        case barred(Refusal)
    }
}

/// Why a volume should be larger.
public enum Need: String, Sendable, Hashable, Codable, CaseIterable {
    /// Used has reached the rule's threshold.
    case threshold
    /// Free space is less than the burst guarantee asks.
    case burst
    /// Smaller than the rule's minimum size.
    case minimumSize = "minimum_size"
    /// Somebody asked.
    case manual
    /// The filesystem is larger than its device, so the device is made longer; the filesystem stays as it is.
    case broken
}

/// One thing that was looked at.
public struct Finding: Sendable, Hashable, Codable {
    /// The key of the rule or the part it is about: `threshold`, `burst`, `reserve`.
    public var subject: String
    public var text: String
    /// Whether it speaks for growth (true), against it (false), or is only a fact (nil).
    public var speaksFor: Bool?

    public init(_ subject: String, _ text: String, speaksFor: Bool? = nil) {
        self.subject = subject
        self.text = text
        self.speaksFor = speaksFor
    }
}

/// One growth to carry out.
public struct Order: Sendable, Hashable, Codable {
    public var volume: VolumeIdentity
    public var kind: FilesystemKind
    /// How the growth is made to last.
    public var lasting: Lasting
    public var reason: Need
    /// The filesystem's size now, as its geometry says.
    public var from: Bytes
    /// The filesystem's size to be, whole filesystem blocks.
    public var to: Bytes
    /// The device's length now.
    public var deviceFrom: Sectors
    /// The device's length to be, at least what `to` takes; never less than now.
    public var deviceTo: Sectors
    /// What the growth itself maps soon (ext4's inode tables), within `to` − `from`.
    public var price: Bytes
    /// What kept the growth from being larger.
    public var limitedBy: Refusal?
    /// The owner's command that takes the device's length down first, if it has one.
    public var hook: OwnerHook?
    /// What of it goes into the pool's reserve, if some does.
    public var exceeds: Exceeding?
    /// Who asked for it; nil for what the rules want.
    public var asked: Asked?
    /// The override that asks for it, if one does.
    public var wish: OverrideID?

    public init(
        volume: VolumeIdentity, kind: FilesystemKind, lasting: Lasting = .byRestoring, reason: Need, from: Bytes, to: Bytes,
        deviceFrom: Sectors,
        deviceTo: Sectors, price: Bytes, limitedBy: Refusal? = nil, hook: OwnerHook? = nil, exceeds: Exceeding? = nil,
        asked: Asked? = nil
    ) {
        self.volume = volume
        self.kind = kind
        self.lasting = lasting
        self.reason = reason
        self.from = from
        self.to = to
        self.deviceFrom = deviceFrom
        self.deviceTo = deviceTo
        self.price = price
        self.limitedBy = limitedBy
        self.hook = hook
        self.exceeds = exceeds
        self.asked = asked
    }

    public var added: Bytes { to.less(from) }

    /// Only the device gets longer, ahead of need.
    public var isRunway: Bool { to == from && reason != .broken }

    /// Growth beyond a pool's headroom.
    public struct Exceeding: Sendable, Hashable, Codable {
        /// What allows it.
        public var override: OverrideID
        public var bytes: Bytes

        public init(override: OverrideID, bytes: Bytes) {
            self.override = override
            self.bytes = bytes
        }
    }

    /// Its owner has less on record than the device has, or is to have: it would cut the device at a later change.
    public var raisesRecord: Bool {
        if case .byInstance(let volume) = lasting { volume.recordsLess(than: deviceTo) } else { false }
    }
}

/// Why a volume is not grown: a word for metrics, a sentence for people, what to do next.
public struct Refusal: Error, Sendable, Hashable, Codable {
    public var reason: Reason
    /// What is so, with names and numbers.
    public var text: String
    /// What to do about it.
    public var hint: String

    public init(_ reason: Reason, _ text: String, hint: String) {
        self.reason = reason
        self.text = text
        self.hint = hint
    }

    public enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        // The pool.
        case reserve
        case metadataReserve = "metadata_reserve"
        case overcommitLimit = "overcommit_limit"
        case poolState = "pool_state"
        // The rule.
        case maximumSize = "maximum_size"
        case maximumShare = "maximum_share"
        case cooldown
        case off
        // An override.
        case onHold = "on_hold"
        case paused
        // The volume.
        case suspended
        case stuck
        case readOnly = "read_only"
        case unmounted
        /// Mounted, but no process leads to it.
        case hidden
        /// Open without a mount on this host: a virtual machine, say.
        case inUse = "in_use"
        /// Two devices over the same blocks, or somebody writes to the device under the mount.
        case sharedMount = "shared_mount"
        case unsupportedFilesystem = "unsupported_filesystem"
        /// A partition table, LUKS, or a signature nobody knows.
        case foreign
        /// Another device stands on it.
        case held
        /// A layer or another volume that is or may become a parent.
        case parent
        case externalOrigin = "external_origin"
        case doubtful
        /// What a rule asks about it (tags, labels) is not known yet.
        case unidentified
        /// The filesystem is larger than its device.
        case broken
        case growthLimit = "growth_limit"
        // The growing.
        /// The journal cannot be written: what is grown now could not be told after a crash.
        case journal
        case busy
        case backoff
        /// LVM's, but not to be told to LVM by its name.
        case lvm
        /// Somebody above LVM keeps its size.
        case managed
        case stratis
        // A manual wish.
        case notLarger = "not_larger"
        case beyondPool = "beyond_pool"
    }
}
