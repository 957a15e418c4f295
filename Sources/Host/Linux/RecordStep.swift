// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import FailPoints
import Owners
import Units

/// Has dockerd's record tell a longer length. Blocks.
struct RecordStep {
    let books: DockerBooks

    func record(_ identity: VolumeIdentity, length: Sectors) throws(StepFailure) {
        FailPoint.recordBefore.reached()
        do throws(DockerBooksError) {
            try books.recordLength(length, of: identity.name, deviceID: identity.thinID)
        } catch {
            throw StepFailure(error)
        }
        FailPoint.recordAfter.reached()
    }

    /// As a step of its own: for a volume that is there.
    func perform(
        _ identity: VolumeIdentity, _ volume: DockerVolume, length: Sectors, through control: any DeviceAccess
    ) throws(StepFailure) {
        guard volume.role == .container else {
            throw .refused("\(identity.name) is or may become an image's layer: what is made from it gets the recorded size")
        }
        let live = try LiveVolume(identity, through: control)
        guard length >= live.table.length else {
            throw .refused("\(identity.name) has \(live.table.length.bytes), and its record is never to tell less")
        }
        try record(identity, length: length)
    }
}
