// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Units

/// What sysfs tells of device-mapper's devices, whatever the mount namespace.
public struct Sysfs: Sendable {
    private let root: Path

    /// `root`: where sysfs is mounted.
    public init(root: Path = "/sys") { self.root = root }

    /// Which dm-N are mounted anywhere as ext4 or XFS, by minor number: /sys/fs/ext4/dm-N is there from the mount to the
    /// last umount. Two folders are read, however many devices there are. A kernel without one of them has none of its kind.
    public func mounted() throws(FilesystemError) -> [UInt32: FilesystemKind] {
        var mounted: [UInt32: FilesystemKind] = [:]
        for kind in [FilesystemKind.ext4, .xfs] {
            for name in try names(in: root.appending("fs").appending(kind.name)) {
                if let minor = Sysfs.minor(ofNode: name) { mounted[minor] = kind }
            }
        }
        return mounted
    }

    /// The devices that stand on dm-`minor`: device-mapper's by their names, others as the kernel calls them (`md0`).
    public func holders(ofMinor minor: UInt32) throws(FilesystemError) -> [String] {
        let block = root.appending("block")
        var holders: [String] = []
        for node in try names(in: block.appending("dm-\(minor)").appending("holders")) {
            let name = try? BoundedFile.read(block.appending(node).appending("dm/name"), limit: 256)
            let bytes = (name?.bytes ?? []).prefix { $0 != UInt8(ascii: "\n") }
            holders.append(bytes.isEmpty ? node : DeviceName(bytes: Array(bytes)).description)
        }
        return holders.sorted()
    }

    private func names(in folder: Path) throws(FilesystemError) -> [String] {
        do { return try Folder.names(in: folder) } catch {
            if error.isGone { return [] }
            throw error
        }
    }

    private static func minor(ofNode name: String) -> UInt32? {
        name.hasPrefix("dm-") ? UInt32(name.dropFirst(3)) : nil
    }
}
