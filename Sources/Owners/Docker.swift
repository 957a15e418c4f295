// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// Docker's devicemapper driver: volumes `docker-<major>:<minor>-<inode>-<hash>`, where device and inode are those of the
/// folder `<data root>/devicemapper`. The hash is not the container's id: Docker's layer records tell.
struct DockerRecogniser: Recogniser {
    private var roots = DockerRoots()
    private var records: [DockerPrefix: DockerRecords] = [:]
    /// Of the volumes that were last asked about.
    private var volumes: [DeviceName: DockerVolume] = [:]

    func claims(_ volume: VolumeSighting) -> Bool { DockerName(volume.name) != nil }

    mutating func refresh(for volumes: [VolumeSighting], in files: any FileReading) -> [OwnerComplaint] {
        self.volumes.removeAll(keepingCapacity: true)
        var complaints: [OwnerComplaint] = []
        let named = volumes.compactMap { volume in DockerName(volume.name).map { (volume, $0) } }
        for (prefix, own) in Dictionary(grouping: named, by: \.1.prefix) {
            let root = roots.root(of: prefix, mountPoints: own.lazy.flatMap(\.0.mountPoints), in: files, complaints: &complaints)
            guard let root else {
                for (volume, name) in own { self.volumes[volume.name] = DockerVolume(role: .unknown, hash: name.hash) }
                complaints.append(
                    OwnerComplaint(
                        owner: "docker", kind: "failed",
                        text: "no data root of Docker was found for \(prefix): its folder devicemapper is not on device"
                            + " \(prefix.device) with inode \(prefix.inode); volumes of it are not grown"))
                continue
            }
            var records = self.records[prefix] ?? DockerRecords(root: root)
            if records.root != root { records = DockerRecords(root: root) }
            records.refresh(in: files, complaints: &complaints)
            for (volume, name) in own { self.volumes[volume.name] = records.volume(name, in: files, complaints: &complaints) }
            self.records[prefix] = records
        }
        return complaints
    }

    func owner(of volume: VolumeSighting) -> Owner {
        let hash = DockerName(volume.name)?.hash ?? volume.name.description
        return .docker(volumes[volume.name] ?? DockerVolume(role: .unknown, hash: hash))
    }

    func keeper(of pool: PoolSighting, volumes: [VolumeSighting]) -> PoolOwner? {
        // With dm.thinpooldev the pool has a name of its own, and Docker's volumes tell.
        let own = DockerName(pool.name).flatMap { $0.hash == "pool" ? $0 : nil }
        guard let name = own ?? volumes.lazy.compactMap({ DockerName($0.name) }).first else { return nil }
        return .docker(minimumFree: roots.minimumFree(of: name.prefix))
    }
}

/// What all volumes of one Docker have in common.
struct DockerPrefix: Hashable, Sendable, CustomStringConvertible {
    var device: DeviceNumber
    var inode: UInt64

    var description: String { "docker-\(device)-\(inode)" }
}

/// A device's name, taken apart.
struct DockerName: Hashable, Sendable {
    var prefix: DockerPrefix
    /// 64 hexadecimal digits, the same with `-init`, `base` or `pool`.
    var hash: String

    init?(_ name: DeviceName) {
        guard name.bytes.starts(with: "docker-".utf8), let text = String(validating: name.bytes, as: UTF8.self) else {
            return nil
        }
        let parts = text.split(separator: "-", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, let device = DeviceNumber(parts[1]), let inode = UInt64(parts[2]), !parts[3].isEmpty
        else { return nil }
        prefix = DockerPrefix(device: device, inode: inode)
        hash = String(parts[3])
    }
}
