// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
public import Host
public import Inventory
import Owners
public import Units

/// Something that is wrong with a pool or a volume, whatever the rules say.
public struct Ailment: Hashable, Sendable {
    /// The pool or the volume.
    public var subject: DeviceName
    /// What is so, with names and numbers.
    public var text: String
    /// What to do about it.
    public var hint: String
    /// Nothing is wrong now: it is only good to know.
    public var isRemark: Bool
    public var remedy: Remedy?

    /// What Headroom itself can do about it.
    public enum Remedy: Hashable, Sendable {
        /// Only the device gets longer.
        case lengthen(Order)
        case clearTable(VolumeIdentity)
        /// Only the owner's record is made to tell what the device has.
        case record(Order)
    }

    init(_ subject: DeviceName, _ text: String, hint: String, isRemark: Bool = false, remedy: Remedy? = nil) {
        self.subject = subject
        self.text = text
        self.hint = hint
        self.isRemark = isRemark
        self.remedy = remedy
    }

    private init(_ subject: DeviceName, _ refusal: Refusal, remedy: Remedy? = nil) {
        self.init(subject, refusal.text, hint: refusal.hint, remedy: remedy)
    }

    /// As many allocation groups make XFS slow.
    public static let manyAllocationGroups: UInt64 = 500

    /// Everything that is wrong: pools first, then volumes, each in the snapshot's order. A device that is longer than its
    /// filesystem is a runway, and a volume that may not be grown is nothing wrong. `kept`: volumes that were grown.
    public static func all(in snapshot: Snapshot, kept: Set<VolumeIdentity>) -> [Ailment] {
        let bars = snapshot.pools.map { ($0.name, Refusal.bar(on: $0)) }
        let twins = Twins(among: snapshot.volumes)
        let barred = Dictionary(bars, uniquingKeysWith: { first, _ in first })
        return bars.compactMap { name, bar in bar.map { Ailment(name, $0) } }
            + snapshot.volumes.flatMap { volume in
                guard let bar = barred[volume.poolName] else { return [Ailment(orphan: volume)] }
                return Ailment.all(of: volume, isKept: kept.contains(volume.identity), poolBar: bar, twins: twins)
            }
    }

    private static func all(of volume: Volume, isKept: Bool, poolBar: Refusal?, twins: Twins) -> [Ailment] {
        let name = volume.name
        var found: [Ailment] = []
        if volume.isSuspended {
            found.append(
                Ailment(
                    name, "\(name) is suspended: everything that is written to it waits",
                    hint: "`dmsetup resume \(name)`, once whoever suspended it is done"))
        }
        if let overhang = volume.overhang {
            let breach = Breach(of: volume, isKept: isKept)
            let isMendable = poolBar == nil && breach.map { $0.bar(twins: twins) == nil } ?? false
            var ailment = Ailment(name, Refusal.broken(volume, overhang.size))
            ailment.remedy = isMendable ? breach.map { .lengthen($0.order) } : nil
            ailment.hint = ailment.remedy == nil ? otherHint(volume, poolBar ?? breach?.bar(twins: twins)) : ailment.hint
            found.append(ailment)
        } else if volume.hasInactiveTable {
            found.append(inactiveTable(volume))
        }
        if let short = shortRecord(volume, poolBar: poolBar, twins: twins) { found.append(short) }
        if let filesystem = volume.filesystem, filesystem.reading == .stuck {
            found.append(
                Ailment(name, "the filesystem on \(name) does not answer", hint: "see dmesg and `dmsetup info \(name)`"))
        }
        if let groups = volume.allocationGroups, groups >= manyAllocationGroups {
            found.append(
                Ailment(
                    name, "the XFS on \(name) has \(groups) allocation groups, as it was made much smaller: that is slow",
                    hint: "move its data to a filesystem that was made larger", isRemark: true))
        }
        return found
    }

    /// LVM's own next change takes it away, and nobody else may touch it.
    private static func inactiveTable(_ volume: Volume) -> Ailment {
        let name = volume.name
        let text = "\(name) has a table that was loaded and never made live: a change of it was cut off"
        switch volume.owner {
        case .lvm, .lxd:
            return Ailment(name, text, hint: "nothing to do: LVM's next change of it cleans up", isRemark: true)
        case .stratis: return Ailment(name, text, hint: "see `stratis pool list`", isRemark: true)
        case .docker, .containerd, .plain:
            return Ailment(name, text, hint: "`dmsetup clear \(name)`", remedy: .clearTable(volume.identity))
        }
    }

    /// LXD brings a volume to the size in its record when that is changed, at once or at the instance's next start.
    private static func shortRecord(_ volume: Volume, poolBar: Refusal?, twins: Twins) -> Ailment? {
        let length = volume.size.wholeSectors
        guard case .lxd(let instance) = volume.owner, instance.role == .container, instance.recordsLess(than: length),
            let filesystem = volume.filesystem, let geometry = filesystem.geometry
        else { return nil }
        let title = instance.daemon.title
        var ailment = Ailment(
            volume.name,
            "\(title) has \(instance.root.size ?? .zero) on record for \(volume.name), which has \(volume.size): its next change"
                + " of that size would cut the volume",
            hint: "run `headroom doctor --fix`, or `\(instance.growingCommand)` with SIZE \(volume.size.count)B")
        guard poolBar == nil, Refusal.bar(on: volume, twins: twins) == nil else { return ailment }
        ailment.remedy = .record(
            Order(
                volume: volume.identity, kind: filesystem.kind, lasting: volume.owner.lasting, reason: .manual,
                from: geometry.size, to: geometry.size, deviceFrom: length, deviceTo: length, price: .zero))
        return ailment
    }

    private static func otherHint(_ volume: Volume, _ bar: Refusal?) -> String {
        if let bar { return "first: \(bar.text); \(bar.hint)" }
        if let logical = volume.owner.logicalVolume {
            let missing = (volume.overhang?.size ?? .zero).less(volume.size).roundedUp(to: Sectors.size)
            return "`lvextend -L +\(missing.count)b \(logical.volumeGroup)/\(logical.name)`, without `-r`"
        }
        switch volume.owner {
        case .stratis: return "see `stratis filesystem list`"
        case .docker, .containerd, .lvm, .lxd, .plain:
            return "load its table again with more sectors: what it is to its owner is not known, so Headroom leaves it alone"
        }
    }

    private init(orphan volume: Volume) {
        self.init(
            volume.name, "the pool of \(volume.name), device \(volume.poolName), is not there",
            hint: "see `dmsetup table \(volume.name)` and whether that device is a thin pool")
    }
}

extension Volume {
    fileprivate var allocationGroups: UInt64? {
        switch content {
        case .mounted(let filesystem): filesystem.geometry?.allocationGroups
        case .unmounted(_, let geometry): geometry?.allocationGroups
        case .foreign, .blank, .unread: nil
        }
    }
}

extension FilesystemGeometry {
    fileprivate var allocationGroups: UInt64? {
        if case .xfs(let geometry) = self { geometry.groups } else { nil }
    }
}
