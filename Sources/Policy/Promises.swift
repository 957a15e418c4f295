// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Inventory
import Units

/// What a pool has promised and does not show as used yet.
///
/// What was granted by growth counts until it is written, a growth's price (ext4's inode tables) with it. What volumes
/// were born with is their owner's promise. Where the pool can keep all of those, they count whole: growth is not what
/// overcommits a pool, unless its rule's `overcommit_limit` says that it may. A pool that is overcommitted by birth could
/// never keep them: there counts what the volumes can write before Headroom looks and acts again.
struct Promises {
    let total: Bytes

    /// Metadata that a newly mapped block takes at most (thin-provisioning.rst: 48 bytes).
    static let metadataPerBlock = Bytes(48)

    /// So many filesystems are taken to fill at the fastest rate at once: the machine's memory has one bandwidth.
    static let burstsAtOnce: UInt64 = 16

    /// `capacity` is the pool's data less its reserve.
    init(volumes: [Volume], history: History, burstRoom: Bytes, capacity: Bytes, mayOvercommit: Bool) {
        var outstanding = Bytes.zero
        var born = Bytes.zero
        var inborn = Bytes.zero
        var burst = Bytes.zero
        for volume in volumes {
            let past = history[volume.identity]
            let size = past.size(of: volume)
            let granted = past.granted(size: size)
            let unwritten = max(size, past.running?.to ?? .zero).less(volume.mapped ?? .zero)
            let promise = min(granted, unwritten)
            outstanding += promise
            // Without a mount, or read-only, nobody writes but a virtual machine.
            let isWritable = volume.filesystem.map { !$0.isReadOnly } ?? (volume.openCount > 0)
            if isWritable {
                inborn += unwritten.less(promise)
                burst += min(unwritten.less(promise), burstRoom)
            }
            born += size.less(granted)
        }
        let isOvercommitted = mayOvercommit || born > capacity
        total = outstanding + (isOvercommitted ? min(burst, burstRoom.scaled(by: Promises.burstsAtOnce)) : inborn)
    }
}
