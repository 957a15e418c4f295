// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Host

extension Journal {
    /// The grown volumes whose devices must come back at no less than their length, by name.
    public func kept() async throws(JournalError) -> [KeptVolume] {
        try await run { ledger throws(JournalError) in try ledger.kept() }
    }

    /// Keeps a volume, or what is new of one that is kept. On the disk when this returns. One that had the same thin id or
    /// name in the same pool before is gone, and is forgotten.
    ///
    /// - Throws: `JournalError.tooManyKept` for one more than `Limits.kept`.
    public func keep(_ volume: KeptVolume) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.keep(volume) }
    }

    /// Forgets volumes that are gone for good. One that is not kept is no error.
    public func forgetKept(of volumes: Set<VolumeIdentity>) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.forgetKept(of: volumes) }
    }

    /// Whether a journal is in this directory: to open one makes one.
    public static func isThere(in directory: String) -> Bool { StateDirectory.hasJournal(directory) }

    /// Notes that these devices are about to be made anew, and that what is on them is not known yet.
    public func beginRestoring(_ volumes: Set<VolumeIdentity>) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.beginRestoring(volumes) }
    }

    /// Those that were made anew, or were about to be, and that nobody has looked at since.
    public func restoring() async throws(JournalError) -> Set<VolumeIdentity> {
        try await run { ledger throws(JournalError) in try ledger.restoring() }
    }

    public func endRestoring(_ volumes: Set<VolumeIdentity>) async throws(JournalError) {
        try await run { ledger throws(JournalError) in try ledger.endRestoring(volumes) }
    }
}
