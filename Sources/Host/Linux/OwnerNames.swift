// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners

/// What of owners' names no file tells, only a program of theirs.
struct OwnerNames: Sendable {
    private let tags = Hearsay<String, [String]>(name: "hr-lvs", pace: LinuxLimits.tagsPace) { LVMTags.ask() }
    /// Whether a look waits for what is not known yet: a command that looks once has no later look.
    let waits: Bool

    /// LVM's tags of those of these volumes that are its, as far as it has told them.
    func tags(of volumes: [VolumeReading], in found: OwnersFound) async -> [VolumeKey: [String]] {
        let logical = volumes.compactMap { volume -> (key: VolumeKey, identity: String)? in
            guard found.volumes[volume.key]?.logicalVolume != nil else { return nil }
            return LVMReport.identity(ofDevice: volume.device.uuid).map { (volume.key, $0) }
        }
        guard !logical.isEmpty else { return [:] }
        let identities = logical.lazy.map(\.identity)
        let known = waits ? await tags.heard(for: identities) : tags.known(for: identities)
        var told: [VolumeKey: [String]] = [:]
        for (key, identity) in logical { told[key] = known[identity] }
        return told
    }

    func complaints() -> [Facts.Complaint] {
        tags.failures().map {
            Facts.Complaint(part: "lvm", kind: $0.kind, text: "the tags of logical volumes are not known: \($0.text)")
        }
    }

    /// What is called whenever something was learnt; nobody, when nil.
    func onNews(_ call: (@Sendable () -> Void)?) { tags.onNews(call) }
}
