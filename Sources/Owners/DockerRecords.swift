// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Units

/// The records under one data root of Docker: which layer hash belongs to which container, and what that is called.
struct DockerRecords: Sendable {
    enum Limits {
        /// Of config.v2.json; it holds the container's environment and the last answers of its health check.
        static let configurationBytes = 8 << 20
    }

    let root: String
    /// By the hash of the container's own volume, and of its `-init`.
    private var containersByHash: [String: String] = [:]
    private var containersByInitHash: [String: String] = [:]
    private var hashes: [String: (own: String, initial: String?)] = [:]
    /// Of `mounts`, when all of its entries had been read.
    private var readAt: FileStatus?
    private var configurations = RecordCache<Configuration>()

    init(root: String) { self.root = root }

    private var mounts: String { root + "/image/devicemapper/layerdb/mounts" }

    /// Reads the entries of containers that have come since; a container's never change.
    mutating func refresh(in files: any FileReading, complaints: inout [OwnerComplaint]) {
        do throws(FileError) {
            let status = try files.status(of: mounts)
            if status == readAt { return }
            let names = try files.names(in: mounts)
            let present = Set(names)
            for gone in hashes.keys.filter({ !present.contains($0) }) { forget(gone) }
            var isWhole = true
            for name in names where hashes[name] == nil {
                // Docker makes the folder first and writes its files then.
                guard let own = try? files.line(of: "\(mounts)/\(name)/mount-id"), !own.isEmpty else {
                    isWhole = false
                    continue
                }
                let initial = try? files.line(of: "\(mounts)/\(name)/init-id")
                if initial == nil { isWhole = false }
                remember(name, own: own, initial: initial)
            }
            // A folder that changed a moment ago may change again within the same tick of its clock.
            readAt = isWhole && DockerRecords.isSettled(status) ? status : nil
        } catch {
            readAt = nil
            // A Docker that has no container yet has no such folder.
            if !error.isMissing { complaints.append(OwnerComplaint(owner: "docker", error)) }
        }
    }

    private static func isSettled(_ status: FileStatus) -> Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let nanoseconds = Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
        return nanoseconds - status.modifiedNanoseconds > 1_000_000_000
    }

    private mutating func remember(_ container: String, own: String, initial: String?) {
        hashes[container] = (own, initial)
        containersByHash[own] = container
        if let initial { containersByInitHash[initial] = container }
    }

    private mutating func forget(_ container: String) {
        guard let (own, initial) = hashes.removeValue(forKey: container) else { return }
        if containersByHash[own] == container { containersByHash[own] = nil }
        if let initial, containersByInitHash[initial] == container { containersByInitHash[initial] = nil }
    }

    /// What the volume is. Only what a container's layer record names is a container's own, and only if there is such a
    /// container: BuildKit keeps layer records too, and what it builds in becomes a layer.
    mutating func volume(_ name: DockerName, in files: any FileReading, complaints: inout [OwnerComplaint]) -> DockerVolume {
        if name.hash == "base" { return DockerVolume(role: .base, hash: name.hash) }
        if let container = containersByHash[name.hash], !name.hash.hasSuffix("-init") {
            guard let container = self.container(container, in: files, complaints: &complaints) else {
                return DockerVolume(role: .unknown, hash: name.hash)
            }
            return DockerVolume(role: .container, hash: name.hash, container: container)
        }
        if containersByInitHash[name.hash] != nil || name.hash.hasSuffix("-init") {
            return DockerVolume(role: .containerInit, hash: name.hash)
        }
        let hasRecord = (try? files.status(of: "\(root)/devicemapper/metadata/\(name.hash)")) != nil
        return DockerVolume(role: hasRecord ? .layer : .unknown, hash: name.hash)
    }

    /// Nil when Docker has no container of that id.
    private mutating func container(_ id: String, in files: any FileReading, complaints: inout [OwnerComplaint]) -> Container? {
        do throws(RecordError) {
            let record = try configurations.value(at: "\(root)/containers/\(id)/config.v2.json", in: files) {
                (path, files) throws(RecordError) in
                try JSONRecord.decode(Configuration.self, at: path, limit: Limits.configurationBytes, in: files)
            }
            return record.container(id: id)
        } catch {
            if error.isMissing { return nil }
            // It is known whose the volume is; only what it is called is not.
            complaints.append(error.complaint(owner: "docker"))
            return Container(id: id)
        }
    }

    private struct Configuration: Decodable, Sendable {
        var name: String?
        var config: Config?

        struct Config: Decodable, Sendable {
            var image: String?
            var labels: [String: String]?

            enum CodingKeys: String, CodingKey { case image = "Image", labels = "Labels" }
        }

        enum CodingKeys: String, CodingKey { case name = "Name", config = "Config" }

        func container(id: String) -> Container {
            let name = name.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 }
            return Container(id: id, name: name, image: config?.image, labels: Labels.bounded(config?.labels ?? [:]))
        }
    }
}
