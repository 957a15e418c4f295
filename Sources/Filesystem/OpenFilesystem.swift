// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CLinux
import FailPoints
import Glibc
public import Units

/// A mounted filesystem, held by its open root for as long as a question or a growth takes: while it is held, its umount
/// fails. Closed once, when it goes.
public struct OpenFilesystem: ~Copyable {
    private let descriptor: Descriptor
    let path: Path
    public let device: DeviceNumber

    /// Opens a path on the mount and makes sure that it lies on `device`.
    public init(at path: Path, on device: DeviceNumber) throws(FilesystemError) {
        // Never waits for the other end, if it is a pipe that somebody put there.
        let descriptor = try Descriptor(opening: path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw .last("stat", path) }
        let found = DeviceNumber(statusField: UInt64(status.st_dev))
        guard found == device else {
            throw FilesystemError("open", path.description, .otherDevice(expected: device, found: found))
        }
        self.init(descriptor: descriptor, path: path, device: device)
    }

    private init(descriptor: consuming Descriptor, path: Path, device: DeviceNumber) {
        self.descriptor = descriptor
        self.path = path
        self.device = device
    }

    public func usage() throws(FilesystemError) -> UsageReading {
        var answer = statvfs()
        guard fstatvfs(descriptor.number, &answer) == 0 else { throw .last("statfs", path) }
        return UsageReading(answer)
    }

    /// The geometry as the kernel has it now. XFS is asked; ext4 has no such question, so its superblock is read at `node`
    /// (`/dev/dm-N`), which must lead to the same device.
    public func geometry(of kind: FilesystemKind, node: Path) throws(FilesystemError) -> FilesystemGeometry {
        switch kind {
        case .xfs:
            return .xfs(XFSGeometry(try xfsGeometry()))
        case .ext4, .other:
            return try FilesystemGeometry.read(kind, from: try BlockDevice(at: node, number: device))
        }
    }

    /// Grows the filesystem to `size`, rounded down to its block, and reads back what it has become: ext4 leaves out a last
    /// group that is too small for its own tables, so that may be less than was asked. Blocks while the device is suspended,
    /// and then grows even if the caller was killed; so look first.
    public func grow(_ kind: FilesystemKind, to size: Bytes, node: Path) throws(FilesystemError) -> FilesystemGeometry {
        let before = try geometry(of: kind, node: node)
        let blocks = size.count / before.blockSize.count
        guard before.blockSize.scaled(by: blocks) > before.size else {
            throw FilesystemError("grow", path.description, .notLarger(present: before.size, asked: size))
        }
        // The kernel does not refuse every size that the layout cannot bear: an ext4 of 32-bit block numbers that was told to
        // pass them ended up with none (6.1).
        if let maximum = before.maximumSize, before.blockSize.scaled(by: blocks) > maximum {
            throw FilesystemError("grow", path.description, .beyondLayout(maximum: maximum, asked: size))
        }
        let result: Int32
        FailPoint.growOpened.reached()
        FailPoint.growUnderway.reachedSoon()
        switch kind {
        case .ext4: result = hr_ext4_resize(descriptor.number, blocks)
        case .xfs:
            // The share of inodes is set by the same call: hand back what it is.
            var growth = hr_xfs_growfs_data(newblocks: blocks, imaxpct: try xfsGeometry().imaxpct)
            result = hr_xfs_grow(descriptor.number, &growth)
        case .other: throw FilesystemError("grow", path.description, .unsupported(kind))
        }
        guard result == 0 else { throw .last("grow", path) }
        FailPoint.growUnverified.reached()
        return try geometry(of: kind, node: node)
    }

    private func xfsGeometry() throws(FilesystemError) -> hr_xfs_geometry {
        var answer = hr_xfs_geometry()
        guard hr_xfs_geometry(descriptor.number, &answer) == 0 else { throw .last("read the geometry of", path) }
        return answer
    }
}

extension XFSGeometry {
    init(_ answer: hr_xfs_geometry) {
        self.init(
            blockSize: Bytes(UInt64(answer.blocksize)), blocks: answer.datablocks, groupBlocks: UInt64(answer.agblocks),
            groups: UInt64(answer.agcount))
    }
}
