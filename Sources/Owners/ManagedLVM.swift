// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Who stands above LVM and keeps a logical volume's size in a record of its own. A growth behind its back is not in that
/// record: it is taken back, counted wrongly, or ends in a volume that is cut.
public struct HigherOwner: Hashable, Sendable {
    /// For people: `Proxmox`.
    public var name: String
    /// The command that grows the volume there, or why none does.
    public var hint: String
}

extension LogicalVolume {
    /// Known by the names that each gives its volumes; nil where none of them does.
    public var higherOwner: HigherOwner? { proxmox ?? lxd ?? containerStorage }

    // MARK: Proxmox

    /// `vm-ID-disk-N`, `vm-ID-cloudinit`, `base-ID-disk-N`, `subvol-ID-disk-N`, `snap_vm-ID-disk-N_NAME`; ids begin at 100.
    private var proxmox: HigherOwner? {
        let isSnapshot = name.hasPrefix("snap_")
        let parts = name.dropFirst(isSnapshot ? "snap_".count : 0).split(separator: "-", maxSplits: 2)
        guard parts.count == 3, ["vm", "base", "subvol"].contains(parts[0]), (3...9).contains(parts[1].count),
            parts[1].utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        let id = parts[1]
        if isSnapshot { return HigherOwner(name: "Proxmox", hint: "nothing to do: a snapshot keeps its size") }
        switch parts[0] {
        case "base": return HigherOwner(name: "Proxmox", hint: "nothing to do: a template's clones take its size")
        case "subvol": return HigherOwner(name: "Proxmox", hint: "`pct resize \(id) rootfs +SIZE`")
        case _ where parts[2] == "cloudinit":
            return HigherOwner(name: "Proxmox", hint: "nothing to do: it holds a machine's first settings only")
        default:
            return HigherOwner(
                name: "Proxmox",
                hint: "`pct resize \(id) rootfs +SIZE` for a container, `qm resize \(id) DISK +SIZE` for a virtual machine")
        }
    }

    // MARK: LXD and Incus

    /// `containers_NAME`, `virtual-machines_NAME`, `images_HASH`, `custom_PROJECT_NAME`, `buckets_...`; in NAME each dash is
    /// doubled, a single one stands before a snapshot's name, and a project other than the default stands before it with an
    /// underscore, which neither instances nor projects may have.
    private var lxd: HigherOwner? {
        let parts = name.split(separator: "_", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let owner = "LXD or Incus"
        let (volume, isSnapshot) = LogicalVolume.undoubled(parts[1])
        if isSnapshot, ["containers", "virtual-machines", "custom"].contains(parts[0]) {
            return HigherOwner(name: owner, hint: "nothing to do: a snapshot keeps its size")
        }
        switch parts[0] {
        case "containers", "virtual-machines":
            var names = volume.split(separator: "_", maxSplits: 1)
            let instance = names.popLast() ?? ""
            let project = names.first.map { " --project \($0)" } ?? ""
            let block = ".block"
            // What is mounted of a virtual machine is the small volume of its settings.
            let isState = parts[0] == "virtual-machines" && !instance.hasSuffix(block)
            let plain = instance.hasSuffix(block) ? instance.dropLast(block.count) : instance
            let command = "config device set \(plain) root \(isState ? "size.state" : "size")=SIZE\(project)"
            return HigherOwner(name: owner, hint: "`lxc \(command)`, or `incus \(command)`")
        case "custom":
            var names = volume.split(separator: "_", maxSplits: 1)
            let plain = names.popLast() ?? ""
            let project = names.first.map { " --project \($0)" } ?? ""
            let command = "storage volume set \(volumeGroup) \(plain) size=SIZE\(project)"
            return HigherOwner(
                name: owner, hint: "`lxc \(command)`, or `incus \(command)`, where its storage pool has the volume group's name")
        case "images": return HigherOwner(name: owner, hint: "nothing to do: an image's instances take its size")
        case "buckets": return HigherOwner(name: owner, hint: "see `lxc storage bucket list`")
        default: return nil
        }
    }

    /// Named as LXD and Incus name the volume of an instance, not that of a snapshot of it.
    var isInstanceVolume: Bool {
        let parts = name.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, ["containers", "virtual-machines"].contains(parts[0]) else { return false }
        return !LogicalVolume.undoubled(parts[1]).isSnapshot
    }

    private static func undoubled(_ text: Substring) -> (String, isSnapshot: Bool) {
        var (plain, isSnapshot) = ("", false)
        var rest = text
        while let character = rest.popFirst() {
            plain.append(character)
            guard character == "-" else { continue }
            if rest.first == "-" { rest.removeFirst() } else { isSnapshot = true }
        }
        return (plain, isSnapshot)
    }

    // MARK: Container storage

    /// TopoLVM names its volumes by a bare UUID, OpenEBS and Harvester by the persistent volume: `pvc-UUID`.
    private var containerStorage: HigherOwner? {
        let claim = "pvc-"
        let isClaim = name.hasPrefix(claim)
        guard LogicalVolume.isUUID(name.dropFirst(isClaim ? claim.count : 0)) else { return nil }
        return HigherOwner(
            name: isClaim ? "a Kubernetes volume driver" : "TopoLVM or another volume driver",
            hint: "raise the claim's request: `kubectl patch pvc CLAIM -p"
                + " '{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"SIZE\"}}}}'`")
    }

    private static func isUUID(_ text: Substring) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
