// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Grower
import Host
import Inventory
import Journal
import Logging
import Owners
import Policy
import Units

/// Grown volumes outlive their owners' next start: what is kept of them is written down before a device gets longer, and
/// the host is told which devices to keep in being.
extension Engine {
    /// What has to last of a growth; nil when its owner keeps the record itself, or the device stays as long as it is.
    func keeping(_ order: Order) -> KeptVolume? {
        let former = kept[order.volume]
        guard order.deviceTo > order.deviceFrom || (former == nil && isAhead(order)) else { return nil }
        let owner: Owner
        switch order.lasting {
        case .byRecord(let volume): owner = .docker(volume)
        case .byRestoring:
            let present = snapshot?.volumes.first { $0.identity == order.volume }?.owner
            // Of a container that does not run no owner tells what it is.
            let isTold = present.map { $0.lasting != .never } ?? false
            owner = isTold ? present ?? .plain : former?.owner ?? present ?? .plain
        case .byLogicalVolume, .byInstance, .never: return nil
        }
        return KeptVolume(
            identity: order.volume, owner: owner, length: max(order.deviceTo, former?.length ?? order.deviceTo),
            filesystemSize: max(order.from, former?.filesystemSize ?? .zero), told: former?.told)
    }

    /// The device is longer than the filesystem, and not by Headroom: so its owner may know it at less.
    private func isAhead(_ order: Order) -> Bool {
        guard order.to > order.from, let volume = snapshot?.volumes.first(where: { $0.identity == order.volume }) else {
            return false
        }
        switch volume.owner {
        case .docker, .containerd: return true
        // A script has made it of this length.
        case .plain, .lvm, .lxd, .stratis: return false
        }
    }

    /// It is in the journal; from now on it is kept.
    func keep(_ volume: KeptVolume) async {
        let identity = volume.identity
        // As the journal does it: a thin id or a name is one volume's at a time.
        kept = kept.filter { key, _ in
            key.poolName != identity.poolName || (key.thinID != identity.thinID && key.name != identity.name)
        }
        kept[identity] = volume
        await tellHost()
    }

    /// The order, with the hook that is run first: before a plain volume's device gets longer, and before its filesystem
    /// gets room of a longer device that the hook has not taken down, since it failed then or was not there yet.
    func withHook(_ order: Order) -> Order {
        guard let hook = rules.plainHook else { return order }
        let former = kept[order.volume]
        let owner = snapshot?.volumes.first { $0.identity == order.volume }?.owner ?? former?.owner
        guard owner == .plain else { return order }
        let isUntold = former.map { $0.told ?? Sectors(0) < order.deviceTo } ?? false
        guard order.deviceTo > order.deviceFrom || isUntold else { return order }
        var order = order
        order.hook = hook
        return order
    }

    /// Notes how far a kept volume has got, and what its owner was told.
    func noteReached(_ result: GrowthResult) async {
        let order = result.order
        guard let former = kept[order.volume] else { return }
        var volume = former
        volume.filesystemSize = max(volume.filesystemSize, result.reached)
        if let told = result.told { volume.told = max(told, volume.told ?? told) }
        guard volume != former else { return }
        await write { books throws(JournalError) in try await books.keep(volume) }
        // It may have been let go meanwhile.
        guard kept[order.volume] != nil else { return }
        kept[order.volume] = volume
        await tellHost()
    }

    /// Takes in what earlier runs kept.
    func recallKept() async throws(JournalError) {
        await keepInBeing(try await books.kept())
    }

    func keepInBeing(_ volumes: [KeptVolume]) async {
        kept = Dictionary(volumes.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        await tellHost()
    }

    /// Forgets what its owner has given up, and what another volume has taken the place of.
    func forgetGone(_ facts: Facts, in snapshot: Snapshot) async {
        guard !kept.isEmpty else { return }
        var gone = Set(facts.released)
        if facts.scope == .everything { gone.formUnion(KeptVolume.superseded(kept.keys, in: snapshot)) }
        gone.formIntersection(kept.keys)
        guard !gone.isEmpty else { return }
        for volume in gone {
            kept[volume] = nil
            logger.info("\(volume.name) is gone, and is not kept any longer", metadata: ["volume": "\(volume.name)"])
        }
        await write { [gone] books throws(JournalError) in try await books.forgetKept(of: gone) }
        await tellHost()
    }

    private func tellHost() async {
        history.kept = Set(kept.keys)
        guard keepsDevices else { return }
        let list = kept.values.filter { if case .byRecord = $0.owner.lasting { true } else { false } }
        await host.keep(list.sorted { $0.identity.name < $1.identity.name })
    }
}

extension KeptVolume {
    /// The ones whose name or thin id another volume has now.
    static func superseded(
        _ kept: some Sequence<VolumeIdentity>, in snapshot: Snapshot
    ) -> Set<VolumeIdentity> {
        let known = snapshot.volumes.lazy.map(\.identity).filter { $0.thinID != ThinTable.unknownID }
        let byName = Dictionary(known.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let byBlocks = Dictionary(known.map { (Blocks(of: $0), $0.name) }, uniquingKeysWith: { first, _ in first })
        return Set(
            kept.filter { volume in
                if let present = byName[volume.name], present.poolName == volume.poolName {
                    return present.thinID != volume.thinID
                }
                return byBlocks[Blocks(of: volume)].map { $0 != volume.name } ?? false
            })
    }

    private struct Blocks: Hashable {
        let pool: DeviceName
        let thinID: UInt32

        init(of volume: VolumeIdentity) {
            pool = volume.poolName
            thinID = volume.thinID
        }
    }
}
