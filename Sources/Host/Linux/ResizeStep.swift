// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import FailPoints
import Filesystem
import Glibc
import Owners
import Units

/// Has LXD or Incus make an instance's root disk larger, device and filesystem. Blocks.
struct ResizeStep: Sendable {
    let control: any DeviceAccess
    let identity: VolumeIdentity
    let volume: LXDVolume
    let length: Sectors
    var books = LXDBooks()

    /// So often the instance may be changed by others under the request.
    var tries = 20
    /// Before the next try.
    var pause = Duration.milliseconds(100)

    /// What is on record afterwards; nil where nothing is.
    func perform() throws(StepFailure) -> Bytes? {
        guard volume.role == .container else {
            throw .refused("\(identity.name) is no container's root: \(volume.daemon.title) keeps its size")
        }
        guard volume.volume.isWhole(as: identity.name), identity.uuid.hasPrefix("LVM-") else {
            throw .refused("\(identity.name) is not the device of \(volume.volume.volumeGroup)/\(volume.volume.name)")
        }
        for _ in 1...tries {
            // First the record, then the device: if another instance takes this one's place in between, the record has changed.
            let record = try attempt { () throws(LXDBooksError) in try books.record(of: volume) }
            let before = try LiveVolume(identity, through: control)
            let wanted = max(length, before.table.length)
            // An earlier one came to its end without anybody waiting for it, or a person was first.
            if wanted == before.table.length, !record.tellsLess(than: wanted) { return record.size }
            try before.checkRunning()
            FailPoint.instanceBefore.reached()
            FailPoint.instanceUnderway.reachedSoon()
            do throws(LXDBooksError) {
                try books.set(wanted.bytes, in: record, live: before.table.length.bytes)
            } catch {
                guard error == .changed else { throw StepFailure(error, of: volume) }
                usleep(UInt32(clamping: pause.nanosecondsClamped / 1000))
                continue
            }
            FailPoint.instanceAfter.reached()
            let after = try LiveVolume(identity, through: control)
            guard after.table.length >= length else {
                throw .failed(
                    "\(volume.daemon.title) says that it is done, but \(identity.name) has \(after.table.length.bytes), not"
                        + " \(length.bytes): see `\(volume.daemon.command) config show \(volume.instance) --expanded`")
            }
            return wanted.bytes
        }
        throw StepFailure(.changed, of: volume)
    }

    /// The volume, if it is still the one that is meant.
    func find() throws(StepFailure) -> VolumeReading {
        let volume = try LiveVolume(identity, through: control)
        return VolumeReading(device: DeviceFact(volume.device), table: volume.table, status: .unknown("not asked"))
    }

    /// Nil when no way leads to it any more.
    func filesystemSize(on mount: MountedDevice) -> Bytes? {
        for way in mount.ways {
            guard let filesystem = try? OpenFilesystem(at: way, on: mount.device) else { continue }
            let node = Path("/dev/dm-\(mount.device.minor)")
            return try? filesystem.geometry(of: mount.kind, node: node).size
        }
        return nil
    }

    private func attempt<Value>(_ request: () throws(LXDBooksError) -> Value) throws(StepFailure) -> Value {
        do throws(LXDBooksError) { return try request() } catch { throw StepFailure(error, of: volume) }
    }
}

extension StepFailure {
    init(_ error: LXDBooksError, of volume: LXDVolume) {
        switch error {
        case .refused(let reason): self = .refused(reason)
        case .failed(let text): self = .failed(text)
        case .changed: self = .refused("instance \(volume.instance) is being changed by somebody else: try again")
        case .late(let timeout): self.init(outcome: .stuck(after: timeout))
        }
    }
}
