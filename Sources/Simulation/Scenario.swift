// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Filesystem
import Host
public import Owners
public import Units

/// What a simulated host is made of, and what happens on it. The same scenario always gives the same host.
public struct Scenario: Hashable, Sendable {
    /// Where everything that is left to chance comes from.
    public var seed: UInt64 = 1
    /// Simulated seconds in one real second, when the host runs in real time. Above 0.
    public var speed = 1.0
    /// The host can tell how much is written on it, as Linux can.
    public var tellsWrites = true
    public var pools: [Pool] = []
    public var volumes: [Volume] = []
    public var faults: [Fault] = []
    public var chances = Chances()
    public var timing = Timing()

    public init() {}

    /// Bounds on what one scenario may hold.
    public enum Limits {
        /// Volumes, those that come later among them.
        public static let volumes = 100_000
        public static let pools = 1_000
    }
}

extension Scenario {
    /// A thin pool.
    public struct Pool: Hashable, Sendable {
        public var name: DeviceName
        public var owner: PoolOwner = .plain
        /// Of its data device; rounded down to whole blocks.
        public var size: Bytes
        /// A multiple of 64 KiB, up to 1 GiB.
        public var blockSize: Bytes = .kibibytes(64)
        /// Of its metadata device. Nil: 64 bytes for each data block, at least 2 MiB, as the kernel's documentation advises.
        public var metadataSize: Bytes?
        /// Mapped by what the scenario does not list: image layers, say.
        public var used: Bytes = .zero
        /// The share whose use is recorded as a broken reserve.
        public var reserve: Ratio = .percent(10)
        public var errorsWhenFull = false
        /// Free data at which the kernel raises its event, once.
        public var lowWaterMark: Bytes = .zero
        /// Somebody makes the pool larger: when, and how large it is then.
        public var growths: [Growth] = []

        public init(name: DeviceName, size: Bytes) {
            self.name = name
            self.size = size
        }

        public struct Growth: Hashable, Sendable {
            public var at: Duration
            public var size: Bytes

            public init(at: Duration, size: Bytes) {
                self.at = at
                self.size = size
            }
        }
    }

    /// A thin volume, from its appearance to its end. Two may have one name, one after the other.
    public struct Volume: Hashable, Sendable {
        public var name: DeviceName
        public var pool: DeviceName
        public var owner: Owner = .plain
        /// Where it is LVM's.
        public var tags: [String] = []
        public var device: Bytes
        public var content: Content
        /// Since the beginning. Nil: it is there from the beginning.
        public var appears: Duration?
        /// Nil: it stays.
        public var vanishes: Duration?
        public var writers: [Writer] = []

        /// With a filesystem as large as the device.
        public init(name: DeviceName, pool: DeviceName, size: Bytes, kind: FilesystemKind = .ext4) {
            self.name = name
            self.pool = pool
            device = size
            content = .filesystem(Filesystem(kind: kind, size: size))
        }
    }

    public enum Content: Hashable, Sendable {
        case filesystem(Filesystem)
        /// `LUKS`, `partition table` and the like.
        case foreign(signature: String)
        /// Nothing; a virtual machine may have it open all the same.
        case blank(isOpen: Bool)
    }

    public struct Filesystem: Hashable, Sendable {
        public var kind: FilesystemKind
        /// Never more than the device.
        public var size: Bytes
        /// Data in it at the beginning.
        public var used: Bytes = .zero
        public var isMounted = true
        public var isReadOnly = false
        /// Nil: where its owner mounts such a volume.
        public var mountPoint: String?
        /// Writes go to freed space first. Otherwise they spread over the whole filesystem before they use any space again.
        public var reusesFreedSpace = true

        public init(kind: FilesystemKind, size: Bytes) {
            self.kind = kind
            self.size = size
        }
    }

    /// Something that writes into a volume's filesystem.
    public struct Writer: Hashable, Sendable {
        /// While it writes.
        public var rate: ByteRate
        /// Since the volume appeared.
        public var starts: Duration = .zero
        public var stops: Duration?
        /// All that it ever writes. Nil: no end.
        public var amount: Bytes?
        /// Writes so much at its rate, then rests until the next burst is due. Nil: it never rests.
        public var burst: Burst?
        public var deletes: Deletion?
        /// Tries again so long after an error. Nil: it gives up.
        public var retries: Duration?

        public init(rate: ByteRate) { self.rate = rate }
    }

    public struct Burst: Hashable, Sendable {
        public var amount: Bytes
        /// From the start of one to the start of the next.
        public var every: Duration

        public init(amount: Bytes, every: Duration) {
            self.amount = amount
            self.every = every
        }
    }

    /// Takes data away again. The filesystem has that space free then; the pool keeps it mapped.
    public struct Deletion: Hashable, Sendable {
        /// Of what the volume's writers have written and is still there.
        public var share: Ratio
        public var every: Duration

        public init(share: Ratio, every: Duration) {
            self.share = share
            self.every = every
        }
    }
}
