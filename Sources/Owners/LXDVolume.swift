// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// A volume on LVM that LXD or Incus keeps for one of its instances, as the daemon tells.
public struct LXDVolume: Hashable, Sendable, Codable {
    /// Two programs of one origin, with one API.
    public enum Daemon: String, Hashable, Sendable, Codable {
        case lxd, incus

        /// For people.
        public var title: String { self == .lxd ? "LXD" : "Incus" }
        /// Its command line.
        public var command: String { self == .lxd ? "lxc" : "incus" }
    }

    public enum Role: String, Hashable, Sendable, Codable {
        /// The root of a container: the only one that is grown.
        case container
        /// The disk of a virtual machine.
        case virtualMachine = "virtual_machine"
        /// What the daemon keeps beside that disk, and has mounted on the host.
        case virtualMachineState = "virtual_machine_state"
    }

    public var daemon: Daemon
    public var socketPath: String
    /// It answered when it was last asked.
    public var isAnswering = true
    public var role: Role
    public var instance: String
    public var project: String
    public var storagePool: String
    public var root: RootDisk
    public var volume: LogicalVolume
    /// As people call it: `namespace` is the project.
    public var container: Container

    /// The disk at `/` among an instance's devices.
    public struct RootDisk: Hashable, Sendable, Codable {
        public var device: String
        /// It is the instance's own, not a profile's.
        public var isOwn: Bool
        /// Its `size`, if it has one; without, the storage pool's default held when the volume was made.
        public var size: Bytes?
    }

    /// What is on record is less than so long a device. LVM's rounding up is no difference.
    public func recordsLess(than length: Sectors) -> Bool {
        root.size.map { $0 + LogicalVolume.standardExtent <= length.bytes } ?? false
    }

    /// A container of LXD's default project, in its default place, with no size of its own on record.
    public init(container instance: String, of container: Container, volumeGroup: String) {
        daemon = .lxd
        socketPath = "/var/lib/lxd/unix.socket"
        role = .container
        self.instance = instance
        project = LXDVolume.standardProject
        storagePool = "default"
        root = RootDisk(device: "root", isOwn: false, size: nil)
        volume = LogicalVolume(ofInstance: instance, project: project, role: role, volumeGroup: volumeGroup)
        self.container = container
    }

    init(
        daemon: Daemon, socketPath: String, role: Role, instance: String, project: String, storagePool: String, root: RootDisk,
        volume: LogicalVolume, container: Container
    ) {
        self.daemon = daemon
        self.socketPath = socketPath
        self.role = role
        self.instance = instance
        self.project = project
        self.storagePool = storagePool
        self.root = root
        self.volume = volume
        self.container = container
    }

    /// The daemon's own command that grows it.
    public var growingCommand: String {
        let verb = root.isOwn ? "set" : "override"
        let key = role == .virtualMachineState ? "size.state" : "size"
        let project = project == LXDVolume.standardProject ? "" : " --project \(project)"
        return "\(daemon.command) config device \(verb) \(instance) \(root.device) \(key)=SIZE\(project)"
    }

    /// LXD's own when nothing else is said. Only others stand in names of volumes.
    static let standardProject = "default"
}

extension LogicalVolume {
    /// What LXD and Incus name the volume of an instance (driver_lvm_utils.go, project.Instance): a project other than
    /// the default stands before the name, and dashes are doubled since a single one stands before a snapshot's name.
    init(ofInstance name: String, project: String, role: LXDVolume.Role, volumeGroup: String) {
        let prefix = role == .container ? "containers" : "virtual-machines"
        let suffix = role == .virtualMachine ? ".block" : ""
        let whole = project == LXDVolume.standardProject ? name : "\(project)_\(name)"
        let doubled = whole.flatMap { $0 == "-" ? "--" : "\($0)" }
        self.init(volumeGroup: volumeGroup, name: "\(prefix)_\(String(doubled))\(suffix)")
    }
}
