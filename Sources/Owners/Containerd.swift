// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// containerd's devmapper snapshotter: volumes `<pool>-snap-<n>` on the pool of that name. A container's own snapshot is the
/// one mounted at `<state>/io.containerd.runtime.v2.task/<namespace>/<id>/rootfs`; any other may become a parent.
struct ContainerdRecogniser: Recogniser {
    enum Limits {
        /// Of a task's OCI configuration; those with long environments have some 100 KiB.
        static let configurationBytes = 4 << 20
    }

    private var annotations = RecordCache<[String: String]>()
    /// Of the volumes that were last asked about.
    private var containers: [DeviceName: Container] = [:]

    func claims(_ volume: VolumeSighting) -> Bool { ContainerdRecogniser.number(of: volume) != nil }

    mutating func refresh(for volumes: [VolumeSighting], in files: any FileReading) -> [OwnerComplaint] {
        containers.removeAll(keepingCapacity: true)
        var complaints: [OwnerComplaint] = []
        for volume in volumes {
            guard let task = TaskFolder.first(among: volume.mountPoints) else { continue }
            do throws(RecordError) {
                let annotations = try annotations.value(at: task.configuration, in: files, read: ContainerdRecogniser.read)
                containers[volume.name] = Container(id: task.id, namespace: task.namespace, annotations: annotations)
            } catch {
                // No such file: a mount point of that form in somebody's own namespace, or a task that has just ended.
                if error.isMissing { continue }
                containers[volume.name] = Container(id: task.id, namespace: task.namespace)
                complaints.append(error.complaint(owner: "containerd"))
            }
        }
        return complaints
    }

    func owner(of volume: VolumeSighting) -> Owner {
        let number = ContainerdRecogniser.number(of: volume) ?? 0
        let container = containers[volume.name]
        let role: ContainerdSnapshot.Role = container == nil ? .snapshot : .container
        return .containerd(ContainerdSnapshot(role: role, number: number, container: container))
    }

    func keeper(of pool: PoolSighting, volumes: [VolumeSighting]) -> PoolOwner? { volumes.isEmpty ? nil : .containerd }

    /// `n` of `<pool>-snap-<n>`, if the volume lies on that very pool: anyone may call a volume so.
    private static func number(of volume: VolumeSighting) -> UInt64? {
        guard volume.name.bytes.starts(with: volume.poolName.bytes) else { return nil }
        let rest = volume.name.bytes.dropFirst(volume.poolName.bytes.count)
        guard rest.starts(with: "-snap-".utf8) else { return nil }
        let digits = rest.dropFirst("-snap-".utf8.count)
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    private struct Configuration: Decodable {
        var annotations: [String: String]?
    }

    private static func read(_ path: String, _ files: any FileReading) throws(RecordError) -> [String: String] {
        let configuration = try JSONRecord.decode(Configuration.self, at: path, limit: Limits.configurationBytes, in: files)
        return Labels.bounded(configuration.annotations ?? [:])
    }
}

extension Container {
    /// What containerd's CRI plugin and nerdctl write into the OCI configuration. Kubernetes' own words for the same are
    /// added, which rules can go by wherever the names come from.
    fileprivate init(id: String, namespace: String, annotations: [String: String]) {
        var labels = annotations
        for (kubernetes, cri) in Container.kubernetesNames where labels[kubernetes] == nil { labels[kubernetes] = labels[cri] }
        self.init(
            id: id, name: annotations["io.kubernetes.cri.container-name"] ?? annotations["nerdctl/name"],
            image: annotations["io.kubernetes.cri.image-name"], namespace: namespace, labels: labels)
    }

    private static let kubernetesNames = [
        ("io.kubernetes.container.name", "io.kubernetes.cri.container-name"),
        ("io.kubernetes.pod.name", "io.kubernetes.cri.sandbox-name"),
        ("io.kubernetes.pod.namespace", "io.kubernetes.cri.sandbox-namespace"),
    ]
}

/// `<state>/io.containerd.runtime.<version>/<namespace>/<id>`, where containerd keeps a running task.
private struct TaskFolder {
    let path: String
    let namespace: String
    let id: String

    var configuration: String { path + "/config.json" }

    /// The task whose root is mounted at one of these points. None for a build step: its snapshot becomes a layer when it
    /// ends, and is mounted for BuildKit itself besides.
    static func first(among mountPoints: [String]) -> TaskFolder? {
        if mountPoints.contains(where: { $0.contains("/buildkit-mount") }) { return nil }
        return mountPoints.lazy.compactMap(TaskFolder.init(mountPoint:)).first { $0.namespace != "buildkit" }
    }

    init?(mountPoint: String) {
        guard mountPoint.hasSuffix("/rootfs") else { return nil }
        let parts = mountPoint.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 5, parts.last == "rootfs", parts[parts.count - 4].hasPrefix("io.containerd.runtime."),
            !parts[parts.count - 3].isEmpty, !parts[parts.count - 2].isEmpty
        else { return nil }
        path = parts.dropLast().joined(separator: "/")
        namespace = String(parts[parts.count - 3])
        id = String(parts[parts.count - 2])
    }
}
