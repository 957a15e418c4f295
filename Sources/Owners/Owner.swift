// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// Who made a volume and keeps its record.
public enum Owner: Hashable, Sendable, Codable {
    case docker(DockerVolume)
    case containerd(ContainerdSnapshot)
    case lvm(LogicalVolume)
    /// LXD's or Incus', on LVM.
    case lxd(LXDVolume)
    case stratis
    /// Nobody that Headroom knows: a script's `dmsetup create`, say.
    case plain

    /// The name in labels and rules: `docker`, `containerd`, `lvm`, `lxd`, `incus`, `stratis`, `plain`.
    public var name: String {
        switch self {
        case .docker: "docker"
        case .containerd: "containerd"
        case .lvm: "lvm"
        case .lxd(let volume): volume.daemon.rawValue
        case .stratis: "stratis"
        case .plain: "plain"
        }
    }

    /// The container that lives on the volume, if one does.
    public var container: Container? {
        switch self {
        case .docker(let volume): volume.container
        case .containerd(let snapshot): snapshot.container
        case .lxd(let volume): volume.container
        case .lvm, .stratis, .plain: nil
        }
    }

    /// The logical volume that it is, where LVM keeps it.
    public var logicalVolume: LogicalVolume? {
        switch self {
        case .lvm(let volume): volume
        case .lxd(let instance): instance.volume
        case .docker, .containerd, .stratis, .plain: nil
        }
    }

    /// Why nobody may grow the volume, whatever its filesystem: what is or can become a parent gives its recorded size
    /// to each child, and a larger filesystem with it.
    public var isParent: Bool {
        switch self {
        case .docker(let volume): volume.role != .container
        case .containerd(let snapshot): snapshot.role != .container
        // A copy of an instance takes the size that is recorded, and every growth records it.
        case .lvm, .lxd, .stratis, .plain: false
        }
    }
}

/// A container as people call it.
public struct Container: Hashable, Sendable, Codable {
    /// The runtime's id: 64 hexadecimal digits for Docker, any name for containerd, the instance's name for LXD.
    public var id: String
    public var name: String?
    public var image: String?
    /// containerd's namespace, LXD's project.
    public var namespace: String?
    public var labels: [String: String]

    public init(
        id: String, name: String? = nil, image: String? = nil, namespace: String? = nil, labels: [String: String] = [:]
    ) {
        self.id = id
        self.name = name
        self.image = image
        self.namespace = namespace
        self.labels = labels
    }
}

extension Container {
    /// The Kubernetes pod that it belongs to, and that pod's namespace.
    public var pod: String? { labels["io.kubernetes.pod.name"] }
    public var podNamespace: String? { labels["io.kubernetes.pod.namespace"] }
}

/// A device of Docker's devicemapper driver.
public struct DockerVolume: Hashable, Sendable, Codable {
    public enum Role: String, Hashable, Sendable, Codable {
        /// A container's own top volume: the only one that is grown.
        case container
        /// What a container's volume is made from, for a moment.
        case containerInit
        case layer
        case base
        /// Docker's record of it was not found, so it may be any of these.
        case unknown
    }

    public var role: Role
    /// The part of the device's name behind the pool's prefix.
    public var hash: String
    public var container: Container?

    public init(role: Role, hash: String, container: Container? = nil) {
        self.role = role
        self.hash = hash
        self.container = container
    }
}

/// A device of containerd's devmapper snapshotter.
public struct ContainerdSnapshot: Hashable, Sendable, Codable {
    public enum Role: String, Hashable, Sendable, Codable {
        /// The root filesystem of a running task.
        case container
        /// Not mounted as any task's root: committed, being unpacked, or of a container that does not run.
        case snapshot
    }

    public var role: Role
    /// The number in `<pool>-snap-<n>`.
    public var number: UInt64
    public var container: Container?

    public init(role: Role, number: UInt64, container: Container? = nil) {
        self.role = role
        self.number = number
        self.container = container
    }
}

/// A thin logical volume of LVM.
public struct LogicalVolume: Hashable, Sendable, Codable {
    public var volumeGroup: String
    public var name: String

    public init(volumeGroup: String, name: String) {
        self.volumeGroup = volumeGroup
        self.name = name
    }
}
