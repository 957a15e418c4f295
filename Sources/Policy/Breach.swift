// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Inventory
import Owners
import Units

/// A filesystem that is larger than its device, where the device may be given its length back: its owner has made it anew
/// at the size in its own record. The filesystem is left as it is, and a longer device costs the pool nothing.
struct Breach {
    let volume: Volume
    let size: Bytes
    private let kind: FilesystemKind
    private let lasting: Lasting

    /// Nil where all is well, and where the device is not Headroom's to lengthen. `isKept`: Headroom has grown it, so it is
    /// a container's own even if that does not run now.
    init?(of volume: Volume, isKept: Bool) {
        guard let overhang = volume.overhang else { return nil }
        switch volume.owner {
        case .docker(let own) where own.role == .container: lasting = .byRecord(own)
        case .containerd(let snapshot) where snapshot.role == .container || isKept: lasting = .byRestoring
        case .plain: lasting = .byRestoring
        case .docker, .containerd, .lvm, .lxd, .stratis: return nil
        }
        self.volume = volume
        size = overhang.size
        kind = overhang.kind
    }

    /// Lengthens the device to the filesystem's size, no more.
    var order: Order {
        Order(
            volume: volume.identity, kind: kind, lasting: lasting, reason: .broken, from: size, to: size,
            deviceFrom: volume.size.wholeSectors, deviceTo: size.roundedUp(to: Sectors.size).wholeSectors, price: .zero)
    }

    /// What keeps even the device from being lengthened.
    func bar(twins: Twins) -> Refusal? {
        if let bar = Refusal.bar(onDeviceOf: volume, twins: twins) { return bar }
        if case .unmounted = volume.content, volume.openCount > 0 { return Refusal.inUse(volume) }
        return volume.isDoubtful ? Refusal.doubtful(volume) : nil
    }
}

extension Refusal {
    static func broken(_ volume: Volume, _ filesystem: Bytes) -> Refusal {
        Refusal(
            .broken, "the filesystem on \(volume.name) is \(filesystem), larger than its device of \(volume.size)",
            hint: "let mode enforce hold for it, or run `headroom doctor --fix`: the device gets its length back")
    }
}
