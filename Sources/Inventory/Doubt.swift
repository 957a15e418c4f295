// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Units

/// Whether a look is to be believed. One bad sample (all inodes gone, a size of zero) grows nothing: it waits for a second.
enum Doubt {
    /// Nothing on earth fills a filesystem faster, in bytes a second; what seems to was misread.
    static let fastestFill = ByteRate(.gibibytes(256), per: .seconds(1))

    static func isDue(on volume: Volume, after previous: Volume?) -> Bool {
        guard let usage = volume.usage else { return false }
        if isImpossible(usage) { return true }
        guard let previous, previous.identity == volume.identity, let before = previous.usage else { return false }
        let contradicts = contradiction(of: usage, at: volume.seenAt, to: before, at: previous.seenAt)
        // A second look that says the same as the doubtful one settles it.
        return contradicts
    }

    /// Figures that contradict themselves.
    static func isImpossible(_ usage: FilesystemUsage) -> Bool {
        usage.size == .zero || usage.used > usage.size || usage.available > usage.size || usage.inodesUsed > usage.inodes
            || usage.inodes > 0 && usage.inodesUsed == 0
    }

    private static func contradiction(
        of usage: FilesystemUsage, at now: MonotonicTime, to before: FilesystemUsage, at then: MonotonicTime
    ) -> Bool {
        if isImpossible(before) { return false }
        // Neither filesystem can be made smaller while it is mounted.
        if usage.size < before.size { return true }
        if before.inodes > 0, usage.inodes == 0 { return true }
        let written = usage.used.less(before.used)
        let most = fastestFill.amount(in: now.since(then)) + .gibibytes(1)
        return written > most
    }
}
