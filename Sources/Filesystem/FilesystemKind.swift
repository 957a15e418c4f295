// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A filesystem that Headroom can tell apart. Only ext4 and XFS are grown.
public enum FilesystemKind: Hashable, Sendable {
    case ext4, xfs
    /// Any other, by the kernel's name (`btrfs`, `ext2`).
    case other(String)

    public init(name: String) {
        switch name {
        case "ext4": self = .ext4
        case "xfs": self = .xfs
        default: self = .other(name)
        }
    }

    /// The kernel's name, as in /proc/filesystems.
    public var name: String {
        switch self {
        case .ext4: "ext4"
        case .xfs: "xfs"
        case .other(let name): name
        }
    }
}

extension FilesystemKind: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(name: try decoder.singleValueContainer().decode(String.self))
    }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
