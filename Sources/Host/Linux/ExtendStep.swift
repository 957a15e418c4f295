// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Owners
import Units

/// Makes a logical volume longer through LVM, which keeps its record and loads its table itself. Blocks.
struct ExtendStep: Sendable {
    let control: any DeviceAccess
    let identity: VolumeIdentity
    let volume: LogicalVolume
    let length: Sectors
    var extend: @Sendable (LogicalVolume, Sectors) throws(StepFailure) -> Void = { volume, length throws(StepFailure) in
        try LVExtend().run(volume, length: length)
    }

    func perform() throws(StepFailure) {
        let name = identity.name
        guard volume.isWhole(as: name), identity.uuid.hasPrefix("LVM-") else {
            throw .refused("\(name) is not the device of a logical volume \(volume.volumeGroup)/\(volume.name)")
        }
        if let higher = volume.higherOwner {
            throw .refused("\(name) is managed by \(higher.name), which keeps its size: \(higher.hint)")
        }
        let before = try LiveVolume(identity, through: control)
        // An earlier one came to its end without anybody waiting for it, or a person was first.
        if before.table.length >= length { return }
        try before.checkRunning()
        try extend(volume, length)
        let after = try LiveVolume(identity, through: control)
        guard after.table.length >= length else {
            throw .failed(
                "`lvextend` says that it is done, but \(name) has \(after.table.length.bytes), not \(length.bytes):"
                    + " see `lvs` and `dmsetup table \(name)`")
        }
    }
}
