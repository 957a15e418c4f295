// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import Sandbox
public import Units

/// A mounted device and the ways to it.
public struct MountedDevice: Hashable, Sendable {
    public var device: DeviceNumber
    public var kind: FilesystemKind
    /// Every mount that was found takes no writes.
    public var isReadOnly: Bool
    /// As the process that has it mounted calls it; of the best way.
    public var mountPoint: Path
    /// Paths by which this process reaches the filesystem, best first: writable, whole, in its own namespace. The next is
    /// for when a process has gone. At most `Limits.ways` of them.
    public var ways: [Path]
    /// Every mount point that was found, each once, over all namespaces.
    public var mountPoints: [Path]
}

/// What was found of the mounts, and what could not be read.
public struct MountScan: Sendable {
    public var devices: [DeviceNumber: MountedDevice] = [:]
    /// How many mount namespaces were read.
    public var namespaces = 0
    /// Namespaces that no process let us read, though it was still there. For people.
    public var complaints: [String] = []
}

/// Every mount namespace of the host, through the processes that live in them. A mountinfo file that stays open keeps its
/// whole namespace alive, so each is opened, read and closed at once.
public struct MountNamespaces: Sendable {
    public enum Limits {
        /// Of one namespace's table. 100,000 mounts take some 20 MiB.
        public static let tableBytes = 64 << 20
        public static let ways = 4
    }

    private let proc: Path
    /// The process whose mounts are the host's.
    private let host: String

    /// `proc`: where procfs is mounted. `host`: the process in it whose mounts are the host's, `self` or another.
    public init(proc: Path = "/proc", host: String = HostView.process) {
        self.proc = proc
        self.host = host
    }

    /// Looks for the mounts of `devices` in one process of each namespace, the host's first, and never in copies of its own. Ask for devices that are mounted
    /// somewhere (`Sysfs.mounted()`): for one that is not found so, a process with a root of its own may hide it, and all
    /// processes are read.
    public func scan(for devices: Set<DeviceNumber>) -> MountScan {
        var scan = MountScan()
        if devices.isEmpty { return scan }
        var found: [Found] = []
        var missing: Set<DeviceNumber> { devices.subtracting(found.map(\.mount.device)) }
        var seen = Set(["self", host].compactMap { namespace(of: $0) })
        if let text = table(of: host, complaints: &scan.complaints) {
            scan.namespaces += 1
            found += Found.reachable(in: MountTable.parse(text, of: devices), root: host == "self" ? nil : root(of: host))
        }
        var others: [String] = []
        for process in processes() {
            guard let namespace = namespace(of: process) else { continue }
            guard seen.insert(namespace).inserted else {
                others.append(process)
                continue
            }
            // A process that went meanwhile leaves its namespace to the next one.
            guard let text = table(of: process, complaints: &scan.complaints) else {
                seen.remove(namespace)
                continue
            }
            scan.namespaces += 1
            found += Found.reachable(in: MountTable.parse(text, of: devices), root: root(of: process))
        }
        for process in others {
            let missing = missing
            if missing.isEmpty { break }
            guard let text = table(of: process, complaints: &scan.complaints) else { continue }
            found += Found.reachable(in: MountTable.parse(text, of: missing), root: root(of: process))
        }
        scan.devices = Dictionary(grouping: found, by: \.mount.device).compactMapValues(MountedDevice.init)
        return scan
    }

    private func root(of process: String) -> Path { proc.appending(process).appending("root") }

    private func processes() -> [String] {
        let names = (try? Folder.names(in: proc)) ?? []
        return names.filter { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
            .sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    }

    /// The namespace's inode; nil when the process is gone or cannot be asked.
    private func namespace(of process: String) -> UInt64? {
        var status = stat()
        let path = proc.appending(process).appending("ns/mnt")
        guard path.withCString({ stat($0, &status) }) == 0 else { return nil }
        return UInt64(status.st_ino)
    }

    private func table(of process: String, complaints: inout [String]) -> [UInt8]? {
        do {
            let (text, isWhole) = try BoundedFile.read(proc.appending(process).appending("mountinfo"), limit: Limits.tableBytes)
            if !isWhole {
                complaints.append("the mount table of process \(process) is too long; its end was not read")
            }
            return text
        } catch {
            // A zombie has no namespace any more and answers EINVAL.
            if !error.isGone && error.errno != EINVAL { complaints.append(error.description) }
            return nil
        }
    }
}

/// A mount, and the way to it.
private struct Found {
    let mount: Mount
    let way: Path
    let isOwn: Bool

    /// The mounts of one namespace, less those that another mount covers at the same point.
    static func reachable(in mounts: [Mount], root: Path?) -> [Found] {
        var last: [Path: Int] = [:]
        for (index, mount) in mounts.enumerated() { last[mount.mountPoint] = index }
        return mounts.enumerated().filter { last[$1.mountPoint] == $0 }.map { _, mount in
            Found(mount: mount, way: root?.appending(mount.mountPoint) ?? mount.mountPoint, isOwn: root == nil)
        }
    }

    /// Growth needs a writable mount; a part of a filesystem may go while the whole stays.
    var rank: Int { (mount.isReadOnly ? 4 : 0) + (mount.isWhole ? 0 : 2) + (isOwn ? 0 : 1) }
}

extension MountedDevice {
    fileprivate init?(_ found: [Found]) {
        let ranked = found.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map(\.element)
        guard let best = ranked.first else { return nil }
        var seen: Set<Path> = []
        self.init(
            device: best.mount.device, kind: best.mount.kind, isReadOnly: best.mount.isReadOnly,
            mountPoint: best.mount.mountPoint, ways: Array(ranked.prefix(MountNamespaces.Limits.ways).map(\.way)),
            mountPoints: ranked.map(\.mount.mountPoint).filter { seen.insert($0).inserted })
    }
}
