// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Units

/// A device of containerd's. Its container may be made after the device, but is there before its task.
struct ContainerdKey: Hashable, Sendable {
    var device: DeviceName
    var isRunning: Bool
}

/// What containerd told, by device.
struct ContainerdLabels: Hashable, Sendable {
    var containers: [DeviceName: ListedContainer] = [:]
}

/// What of owners' names no file tells, only a program of theirs.
struct OwnerNames: Sendable {
    private let tags = Hearsay<String, [String: [String]]>(name: "hr-lvs", initial: [:], pace: LinuxLimits.tagsPace) { before in
        switch LVMTags.ask() {
        case .success(let tags): .init(answer: tags)
        case .failure(let failure): .init(answer: before, failures: [failure])
        }
    }
    private let labels: Hearsay<ContainerdKey, ContainerdLabels>
    /// Whether a look waits for what is not known yet: a command that looks once has no later look.
    private let waits: Bool

    /// Of the volumes that were looked at, those of whom something is known or missing.
    struct Found: Sendable {
        var owners: [VolumeKey: Owner] = [:]
        var tags: [VolumeKey: [String]] = [:]
        /// Containers whose labels are not known yet.
        var awaited: Set<VolumeKey> = []
    }

    init(waits: Bool) {
        let daemons = ContainerdDaemons()
        self.init(waits: waits) { daemons.ask() }
    }

    init(waits: Bool, askingContainerd ask: @escaping @Sendable () -> ContainerdDaemons.Told) {
        self.waits = waits
        labels = Hearsay(name: "hr-containerd", initial: ContainerdLabels(), pace: LinuxLimits.labelsPace) { before in
            let told = ask()
            var containers = told.containers
            // One that does not answer has not lost what it told before.
            if !told.complaints.isEmpty { containers.merge(before.containers) { new, _ in new } }
            return .init(
                answer: ContainerdLabels(containers: containers),
                failures: told.complaints.map { HearsayFailure(kind: $0.kind, text: $0.text) })
        }
    }

    func find(for volumes: [VolumeReading], of owners: OwnersFound) async -> Found {
        var found = Found()
        await addTags(to: &found, for: volumes, of: owners)
        await addLabels(to: &found, for: volumes, of: owners)
        return found
    }

    private func addTags(to found: inout Found, for volumes: [VolumeReading], of owners: OwnersFound) async {
        let logical = volumes.compactMap { volume -> (key: VolumeKey, identity: String)? in
            guard owners.volumes[volume.key]?.logicalVolume != nil else { return nil }
            return LVMReport.identity(ofDevice: volume.device.uuid).map { (volume.key, $0) }
        }
        guard !logical.isEmpty else { return }
        let identities = logical.lazy.map(\.identity)
        let known = waits ? await tags.heard(for: identities) : tags.known(for: identities)
        for (key, identity) in logical { found.tags[key] = known.answer[identity] }
    }

    private func addLabels(to found: inout Found, for volumes: [VolumeReading], of owners: OwnersFound) async {
        let snapshots = volumes.compactMap { volume -> (key: VolumeKey, own: ContainerdKey, owner: Owner)? in
            guard case .containerd(let snapshot)? = owners.volumes[volume.key] else { return nil }
            let own = ContainerdKey(device: volume.device.name, isRunning: snapshot.role == .container)
            return (volume.key, own, .containerd(snapshot))
        }
        guard !snapshots.isEmpty else { return }
        let keys = snapshots.lazy.map(\.own)
        let known = waits ? await labels.heard(for: keys) : labels.known(for: keys)
        for (key, own, owner) in snapshots {
            if let listed = known.answer.containers[own.device] { found.owners[key] = owner.adding(listed) }
            if own.isRunning, !known.covered.contains(own) { found.awaited.insert(key) }
        }
    }

    func complaints() -> [Facts.Complaint] {
        tags.failures().map {
            Facts.Complaint(part: "lvm", kind: $0.kind, text: "the tags of logical volumes are not known: \($0.text)")
        } + labels.failures().map { Facts.Complaint(part: "containerd", kind: $0.kind, text: $0.text) }
    }

    /// What is called whenever something was learnt; nobody, when nil.
    func onNews(_ call: (@Sendable () -> Void)?) {
        tags.onNews(call)
        labels.onNews(call)
    }
}
