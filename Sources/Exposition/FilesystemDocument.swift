// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Host
import Inventory
import Units

/// The filesystem on a volume. Its usage is absent when it is not mounted or does not answer.
public struct FilesystemDocument: Codable, Hashable, Sendable {
    /// The kernel's name: `ext4`, `xfs` ...
    public var kind: String
    /// As the process that has it mounted calls it; absent when it is not mounted.
    public var mountpoint: String?
    public var readonly: Bool
    /// It has not answered in time.
    public var stuck: Bool
    /// Why its usage could not be read.
    public var error: String?
    /// What it could hold, as `df` shows it.
    public var sizeBytes: UInt64?
    public var usedBytes: UInt64?
    public var availableBytes: UInt64?
    public var inodes: UInt64?
    public var inodesUsed: UInt64?
    /// How much of its device it takes, its own tables included.
    public var deviceBytes: UInt64?

    init?(_ volume: Volume) {
        switch volume.content {
        case .foreign, .blank, .unread: return nil
        case .unmounted(let kind, let geometry):
            self.init(kind: kind, geometry: geometry)
        case .mounted(let filesystem):
            self.init(kind: filesystem.kind, geometry: filesystem.geometry)
            mountpoint = filesystem.mountPoint
            readonly = filesystem.isReadOnly
            switch filesystem.reading {
            case .stuck: stuck = true
            case .failed(_, let text): error = text
            case .hidden: error = "no process leads to its mount"
            case .usage(let usage):
                sizeBytes = usage.size.count
                usedBytes = usage.used.count
                availableBytes = usage.available.count
                inodes = usage.inodes
                inodesUsed = usage.inodesUsed
            }
        }
    }

    private init(kind: FilesystemKind, geometry: FilesystemGeometry?) {
        self.kind = kind.name
        readonly = false
        stuck = false
        deviceBytes = geometry?.size.count
    }
}
