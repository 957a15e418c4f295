// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
public import Inventory
import Owners
import Units

/// Volumes that share a thin id of one pool: two devices over the same blocks.
struct Twins {
    private var shared: Set<Key> = []

    private struct Key: Hashable {
        let pool: DeviceName
        let thinID: UInt32
    }

    init(among volumes: [Volume]) {
        var seen: Set<Key> = []
        // A failed pool's volumes do not tell theirs.
        for volume in volumes where volume.identity.thinID != ThinTable.unknownID {
            let key = Key(pool: volume.poolName, thinID: volume.identity.thinID)
            if !seen.insert(key).inserted { shared.insert(key) }
        }
    }

    func contain(_ volume: Volume) -> Bool {
        shared.contains(Key(pool: volume.poolName, thinID: volume.identity.thinID))
    }
}

extension Refusal {
    /// Why nothing on this pool is grown, whatever is wanted.
    public static func bar(on pool: Pool) -> Refusal? {
        let look = "see `dmsetup status \(pool.name)` and dmesg"
        if pool.isSuspended {
            return Refusal(
                .poolState, "pool \(pool.name) is suspended",
                hint: "`dmsetup resume \(pool.name)`, once whoever suspended it is done")
        }
        switch pool.status {
        case .failed:
            return Refusal(
                .poolState, "pool \(pool.name) has failed", hint: look + "; its metadata needs thin_check and thin_repair")
        case .unreadable:
            return Refusal(.poolState, "pool \(pool.name) cannot read its own figures", hint: look)
        case .unknown:
            return Refusal(.poolState, "pool \(pool.name) gives no figures", hint: look)
        case .working(let report):
            if report.needsCheck {
                return Refusal(
                    .poolState, "pool \(pool.name) needs a check of its metadata",
                    hint: look + "; thin_check while it is not active")
            }
            switch report.mode {
            case .readWrite: break
            case .readOnly: return Refusal(.poolState, "pool \(pool.name) is read-only", hint: look)
            case .outOfDataSpace:
                return Refusal(.poolState, "pool \(pool.name) is out of data space", hint: "grow the pool, or free space in it")
            }
        }
        guard pool.blockSize != nil else {
            return Refusal(.poolState, "the table of pool \(pool.name) cannot be read", hint: look)
        }
        return nil
    }

    /// Why this volume can not be grown as it is, whether it should be or not.
    static func bar(on volume: Volume, twins: Twins) -> Refusal? {
        let name = volume.name
        if volume.owner.isParent {
            return Refusal(
                .parent, "\(name) is or may become a parent (\(volume.owner.roleName)): its children take its recorded size",
                hint: "nothing to do: only a container's own volume is grown")
        }
        if case .lvm(let logical) = volume.owner, let refusal = bar(on: logical, as: name) { return refusal }
        if case .lxd(let instance) = volume.owner, let refusal = bar(on: instance, as: name) { return refusal }
        if volume.owner == .stratis {
            return Refusal(
                .stratis, "\(name) belongs to Stratis, which grows its filesystems itself and keeps its own record of them",
                hint: "see `stratis filesystem list` and `stratis pool list`")
        }
        if let bar = bar(onDeviceOf: volume, twins: twins) { return bar }
        if let overhang = volume.overhang { return broken(volume, overhang.size) }
        switch volume.content {
        case .mounted(let filesystem): return bar(on: filesystem, of: volume)
        case .foreign(let signature):
            return Refusal(
                .foreign, "\(name) carries \(signature), not a filesystem that can be grown",
                hint: "grow it with the tools of what is on it")
        case .unmounted where volume.openCount > 0, .blank where volume.openCount > 0:
            return inUse(volume)
        case .unmounted(let kind, _):
            return Refusal(
                .unmounted, "\(name) has \(kind.name) on it and is not mounted",
                hint: "mount it: only a mounted filesystem is grown")
        case .blank:
            return Refusal(.unmounted, "\(name) has nothing on it", hint: "make a filesystem on it and mount it")
        case .unread(let reason):
            return Refusal(
                .stuck, "what is on \(name) could not be read: \(reason)", hint: "see dmesg and `dmsetup status \(name)`")
        }
    }

    private static func bar(on logical: LogicalVolume, as name: DeviceName) -> Refusal? {
        if let higher = logical.higherOwner {
            return Refusal(
                .managed, "\(name) is managed by \(higher.name), which keeps its size in a record of its own",
                hint: higher.hint)
        }
        if logical.isWhole(as: name) { return nil }
        return Refusal(
            .lvm, "\(name) belongs to LVM, and its name does not tell which logical volume it is",
            hint: "see `lvs -a -o vg_name,lv_name,lv_dm_path`")
    }

    private static func bar(on instance: LXDVolume, as name: DeviceName) -> Refusal? {
        let title = instance.daemon.title
        if instance.role != .container {
            return Refusal(
                .managed, "\(name) is of \(title)'s virtual machine \(instance.instance), which keeps its size",
                hint: "`\(instance.growingCommand)`")
        }
        if instance.isAnswering { return nil }
        return Refusal(
            .managed, "\(name) is managed by \(title), which keeps its size and does not answer at \(instance.socketPath)",
            hint: "start \(title), and it is grown through that; by hand: `\(instance.growingCommand)`")
    }

    /// Why not even the device of this volume is changed.
    static func bar(onDeviceOf volume: Volume, twins: Twins) -> Refusal? {
        let name = volume.name
        if volume.externalOrigin != nil {
            return Refusal(
                .externalOrigin, "\(name) reads from another device where it has nothing of its own",
                hint: "copy it to a volume of its own, then it can be grown")
        }
        if twins.contain(volume) {
            return Refusal(
                .sharedMount, "another device has the same thin id \(volume.identity.thinID) of pool \(volume.poolName)",
                hint: "remove the second device")
        }
        if volume.isSuspended {
            return Refusal(
                .suspended, "\(name) is suspended", hint: "`dmsetup resume \(name)`, once whoever suspended it is done")
        }
        return heldRefusal(volume) ?? writtenRefusal(volume)
    }

    private static func heldRefusal(_ volume: Volume) -> Refusal? {
        guard !volume.holders.isEmpty else { return nil }
        return Refusal(
            .held, "\(volume.holders.joined(separator: ", ")) stands on \(volume.name)",
            hint: "grow what stands on it with its own tools (cryptsetup resize, lvextend)")
    }

    private static func writtenRefusal(_ volume: Volume) -> Refusal? {
        guard !volume.writers.isEmpty else { return nil }
        return Refusal(
            .sharedMount, "\(volume.writers.joined(separator: ", ")) has \(volume.name) open for writing while it is mounted",
            hint: "end one of the two at once: each overwrites what the other has written")
    }

    private static func bar(on filesystem: MountedFilesystem, of volume: Volume) -> Refusal? {
        let name = volume.name
        if case .other(let kind) = filesystem.kind {
            return Refusal(
                .unsupportedFilesystem, "\(name) has \(kind) on it: only ext4 and XFS are grown", hint: "grow it by hand")
        }
        if filesystem.isReadOnly {
            return Refusal(.readOnly, "\(name) is mounted read-only", hint: "see dmesg for why; remount it read-write")
        }
        switch filesystem.reading {
        case .stuck:
            return Refusal(.stuck, "the filesystem on \(name) does not answer", hint: "see dmesg and `dmsetup info \(name)`")
        case .failed(_, let text):
            return Refusal(.stuck, "the filesystem on \(name) cannot be asked: \(text)", hint: "see dmesg")
        case .hidden:
            return Refusal(
                .hidden,
                "\(name) is mounted where no process leads to: its namespace is only pinned, or it was unmounted lazily and is"
                    + " still in use",
                hint: "keep a process in that namespace (`nsenter --mount=FILE sleep infinity`), or end what still uses it")
        case .usage: break
        }
        guard filesystem.geometry != nil else {
            return Refusal(.stuck, "the superblock of \(name) could not be read", hint: "see dmesg and the log")
        }
        return volume.isDoubtful ? doubtful(volume) : nil
    }

    static func inUse(_ volume: Volume) -> Refusal {
        Refusal(
            .inUse, "\(volume.name) is open but not mounted on this host: a virtual machine, most likely",
            hint: "grow the device by hand and the filesystem inside the machine")
    }

    static func doubtful(_ volume: Volume) -> Refusal {
        Refusal(
            .doubtful, "the last look at \(volume.name) contradicts the one before it",
            hint: "nothing to do: the next look settles it")
    }
}

extension Owner {
    /// What the volume is to its owner.
    var roleName: String {
        switch self {
        case .docker(let volume): "Docker's \(volume.role.rawValue)"
        case .containerd(let snapshot): "containerd's \(snapshot.role.rawValue)"
        case .lvm: "logical volume"
        case .lxd(let volume): "\(volume.daemon.title)'s \(volume.role.rawValue)"
        case .stratis: "Stratis filesystem"
        case .plain: "plain volume"
        }
    }
}
