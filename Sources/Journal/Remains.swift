// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
public import Host
public import Units

extension Journal {
    /// What a journal tells that can be read and takes no writes, on a full disk say: what was grown before has to last all the
    /// same.
    public struct Remains: Sendable, Hashable {
        public var kept: [KeptVolume]
        /// The size at which each filesystem was first seen.
        public var births: [VolumeIdentity: Bytes]

        public init(kept: [KeptVolume], births: [VolumeIdentity: Bytes]) {
            self.kept = kept
            self.births = births
        }
    }

    /// Reads and changes nothing. Nil for a journal that is damaged, of another form, or not there.
    public static func remains(in directory: String) async -> Remains? {
        await withCheckedContinuation { continuation in
            let hasBegun = DetachedThread.start(name: "journal", stack: .mebibytes(1)) {
                continuation.resume(returning: Ledger.remains(in: directory))
            }
            if !hasBegun { continuation.resume(returning: nil) }
        }
    }
}

extension Ledger {
    fileprivate static func remains(in directory: String) -> Journal.Remains? {
        let path = StateDirectory.path(in: directory)
        // Beside its log first, which a crash leaves. Without room for the log's index that cannot be had; then what is in the
        // file alone, which is all of it after an orderly end.
        return (try? read(try Connection.open(readOnly: path, alone: false)))
            ?? (try? read(try Connection.open(readOnly: path, alone: true)))
    }

    private static func read(_ connection: consuming Connection) throws(JournalError) -> Journal.Remains? {
        guard try Schema.isCurrent(connection) else { return nil }
        let ledger = Ledger(reading: connection)
        return Journal.Remains(kept: try ledger.kept(), births: try ledger.births())
    }
}
