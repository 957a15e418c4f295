// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import FailPoints
import Filesystem
import Units

/// Grows a mounted filesystem. Blocks.
struct GrowthStep {
    let control: any DeviceAccess
    let identity: VolumeIdentity
    let kind: FilesystemKind
    let size: Bytes

    /// The volume, once it is known to be the one that is meant, running, and large enough.
    func find() throws(StepFailure) -> VolumeReading {
        let volume = try LiveVolume(identity, through: control)
        try volume.checkRunning()
        guard volume.table.length.bytes >= size else {
            throw .refused(
                "\(identity.name) is \(volume.table.length.bytes): a filesystem of \(size) would be larger than its device")
        }
        return VolumeReading(device: DeviceFact(volume.device), table: volume.table, status: .unknown("not asked"))
    }

    /// The filesystem's size afterwards.
    func perform(on mount: MountedDevice) throws(StepFailure) -> Bytes {
        guard mount.kind == kind else {
            throw .refused("\(identity.name) has \(mount.kind.name) on it, not \(kind.name)")
        }
        FailPoint.growBefore.reached()
        var last = StepFailure.refused("no way leads to the mount of \(identity.name)")
        for way in mount.ways {
            do throws(StepFailure) {
                return try grow(try GrowthStep.open(way, on: mount.device))
            } catch {
                last = error
                if !error.leavesOtherWays { break }
            }
        }
        throw last
    }

    private static func open(_ way: Path, on number: DeviceNumber) throws(StepFailure) -> OpenFilesystem {
        do throws(FilesystemError) {
            return try OpenFilesystem(at: way, on: number)
        } catch {
            var failure = StepFailure(error)
            failure.leavesOtherWays = error.isGone
            throw failure
        }
    }

    /// While the mount is held open its device cannot go, so a number that is right now stays right.
    private func grow(_ filesystem: consuming OpenFilesystem) throws(StepFailure) -> Bytes {
        let number = try find().device.number
        guard number == filesystem.device else { throw .refused("\(identity.name) was replaced by another device meanwhile") }
        let node = Path("/dev/dm-\(number.minor)")
        do throws(FilesystemError) {
            let reached = try filesystem.grow(kind, to: size, node: node).size
            FailPoint.growAfter.reached()
            return reached
        } catch {
            // Nothing left to do: a growth that was begun before has been finished.
            if case .notLarger(let present, _) = error.cause { return present }
            throw StepFailure(error)
        }
    }
}
