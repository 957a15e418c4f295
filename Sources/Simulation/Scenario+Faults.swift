// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

extension Scenario {
    /// Something that goes wrong at a set time.
    public struct Fault: Hashable, Sendable {
        public var kind: Kind
        /// Of the volume, or of the pool for what befalls pools.
        public var target: DeviceName
        /// Since the beginning.
        public var at: Duration
        /// Nil: it never ends.
        public var lasts: Duration?
        /// It strikes so many times and is over then. Nil: each time. Only for what strikes a step or a look.
        public var times: Int?

        public init(_ kind: Kind, _ target: DeviceName, at: Duration, lasts: Duration? = nil, times: Int? = nil) {
            self.kind = kind
            self.target = target
            self.at = at
            self.lasts = lasts
            self.times = times
        }

        public enum Kind: String, Hashable, Sendable, CaseIterable {
            // A volume.
            /// The owner's hook ends with an error.
            case hookFails = "hook_fails"
            case loadFails = "load_fails"
            /// The inactive table stays.
            case resumeFails = "resume_fails"
            case growFails = "grow_fails"
            /// The ioctl comes back only when the fault ends, and does its work then.
            case growStuck = "grow_stuck"
            /// statfs does not come back; writers stand still.
            case statfsStuck = "statfs_stuck"
            case suspended
            /// The filesystem turns read-only.
            case readOnly = "read_only"
            /// A look finds no inodes.
            case noInodes = "no_inodes"
            /// A look finds a filesystem of size zero.
            case zeroSize = "zero_size"
            // A pool.
            case poolFails = "pool_fails"

            var isOfPool: Bool { self == .poolFails }
        }
    }

    /// What goes wrong by chance.
    public struct Chances: Hashable, Sendable {
        public var loadFails: Ratio = .zero
        public var resumeFails: Ratio = .zero
        public var growFails: Ratio = .zero
        /// Of one volume in one look.
        public var badSample: Ratio = .zero

        public init() {}
    }

    /// How long things take. What is given here was measured on a 6.1 kernel.
    public struct Timing: Hashable, Sendable {
        public var load: Duration = .microseconds(200)
        public var resume: Duration = .microseconds(200)
        /// Writing a length into an owner's record.
        public var record: Duration = .milliseconds(2)
        /// The owner's hook.
        public var hook: Duration = .milliseconds(20)
        /// `lvextend`.
        public var extend: Duration = .milliseconds(1_200)
        /// LXD's growth of an instance, device and filesystem.
        public var resizeInstance: Duration = .milliseconds(1_900)
        /// Beside a burst.
        public var resumeUnderLoad: ClosedRange<Duration> = .microseconds(300) ... .milliseconds(370)
        public var grow: Duration = .milliseconds(7)
        /// Beside a burst.
        public var growUnderLoad: ClosedRange<Duration> = .milliseconds(13) ... .milliseconds(470)
        /// For each gibibyte that is added.
        public var growExt4: Duration = .milliseconds(20)
        public var growXFS: Duration = .microseconds(1_200)
        /// A step that takes longer is reported as stuck, and takes effect when it is done.
        public var stepDeadline: Duration = .seconds(60)
        public var look: Duration = .milliseconds(1)
        public var lookPerVolume: Duration = .microseconds(20)
        /// A look waits so long for a filesystem that does not answer, once; until it answers again, no more.
        public var statfsDeadline: Duration = .seconds(1)
        /// From a growth on, ext4's inode tables are written (and mapped) in so long a time.
        public var tables: Duration = .seconds(60)

        public init() {}
    }
}
