// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Policy

/// Whether a rule leaves anything for one behind it. Says yes only when it is sure.
enum Reach {
    /// Everything that `later` matches, `earlier` matches too.
    static func covers(_ earlier: Glob, _ later: Glob) -> Bool {
        if earlier == later || earlier.isEverything { return true }
        return later.isLiteral && earlier.matches(later.pattern)
    }

    static func covers(_ earlier: VolumeMatch, _ later: VolumeMatch) -> Bool {
        // Every volume has a name, a pool and an owner; not every one has a container, an image or a volume group.
        guard covers(earlier.owner, later.owner, alwaysThere: true), covers(earlier.pool, later.pool, alwaysThere: true),
            covers(earlier.volume, later.volume, alwaysThere: true),
            covers(earlier.container, later.container, alwaysThere: false),
            covers(earlier.image, later.image, alwaysThere: false),
            covers(earlier.volumeGroup, later.volumeGroup, alwaysThere: false),
            covers(earlier.logicalVolume, later.logicalVolume, alwaysThere: false),
            covers(earlier.tag, later.tag, alwaysThere: false)
        else { return false }
        return earlier.labels.allSatisfy { covers($0.value, later.labels[$0.key], alwaysThere: false) }
    }

    private static func covers(_ earlier: Glob?, _ later: Glob?, alwaysThere: Bool) -> Bool {
        guard let earlier else { return true }
        guard let later else { return alwaysThere && earlier.isEverything }
        return covers(earlier, later)
    }
}

extension Glob {
    fileprivate var isEverything: Bool { !pattern.isEmpty && pattern.allSatisfy { $0 == "*" } }
    fileprivate var isLiteral: Bool { !pattern.contains { $0 == "*" || $0 == "?" } }
}
