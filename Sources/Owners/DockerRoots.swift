// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// Where each Docker on the host keeps its data, found by what its devices' names say of the folder `devicemapper` in it.
struct DockerRoots: Sendable {
    /// Docker's own when nothing else is said.
    static let standardRoot = "/var/lib/docker"
    static let standardConfiguration = "/etc/docker/daemon.json"
    static let standardMinimumFree = Ratio.percent(10)

    private enum Limits {
        /// A search over all processes is repeated at most this often, however many volumes stay unexplained.
        static let searchInterval = Duration.seconds(2)
        static let settingsInterval = Duration.seconds(60)
    }

    private var roots: [DockerPrefix: String] = [:]
    private var minimumFree: [DockerPrefix: Ratio] = [:]
    private var daemons: [DockerDaemon] = []
    private var searchedAt: ContinuousClock.Instant?

    func minimumFree(of prefix: DockerPrefix) -> Ratio { minimumFree[prefix] ?? DockerRoots.standardMinimumFree }

    /// The data root, as this process reaches it.
    mutating func root(
        of prefix: DockerPrefix, mountPoints: some Sequence<String>, in files: any FileReading, complaints: inout [OwnerComplaint]
    ) -> String? {
        let known = roots[prefix].flatMap { DockerRoots.is($0, rootOf: prefix, in: files) ? $0 : nil }
        let interval = known == nil ? Limits.searchInterval : Limits.settingsInterval
        if searchedAt.map({ $0.duration(to: .now) >= interval }) ?? true {
            daemons = DockerDaemon.running(in: files, complaints: &complaints)
            searchedAt = .now
        }
        let root = known ?? candidates(mountPoints).first { DockerRoots.is($0, rootOf: prefix, in: files) }
        roots[prefix] = root
        if let root, let daemon = daemons.first(where: { $0.roots.contains(root) }) {
            minimumFree[prefix] = daemon.minimumFree ?? DockerRoots.standardMinimumFree
        }
        return root
    }

    private func candidates(_ mountPoints: some Sequence<String>) -> [String] {
        var candidates = [DockerRoots.standardRoot]
        for point in mountPoints {
            // <root>/devicemapper/mnt/<hash>
            let parts = point.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count >= 4, parts[parts.count - 2] == "mnt", parts[parts.count - 3] == "devicemapper" else { continue }
            let root = parts.dropLast(3).joined(separator: "/")
            if !candidates.contains(root) { candidates.append(root) }
        }
        return candidates + daemons.flatMap(\.roots)
    }

    static func `is`(_ root: String, rootOf prefix: DockerPrefix, in files: any FileReading) -> Bool {
        guard let status = try? files.status(of: root + "/devicemapper") else { return false }
        return status.device == prefix.device && status.inode == prefix.inode
    }
}
