// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Units

/// Finds the volume that a person means.
public enum VolumeLookup {
    /// Candidates that an error names at most.
    static let namedCandidates = 5

    /// `text` is a volume's name as it is shown, a container's id, a container's name, LVM's `vg/lv`, or a prefix of a
    /// container's id that no other has: in this order, so that a whole name is never taken for a prefix.
    public static func find(_ text: String, in snapshot: Snapshot) throws(VolumeLookupError) -> Volume {
        guard !text.isEmpty else { throw .none(text) }
        let name = DeviceName(text)
        if let volume = snapshot.volumes.first(where: { $0.name == name }) { return volume }
        let tests: [(Volume) -> Bool] = [
            { $0.owner.container?.id == text },
            { $0.owner.container?.name == text },
            { volume in volume.owner.logicalVolume.map { "\($0.volumeGroup)/\($0.name)" == text } ?? false },
            { $0.owner.container?.id.hasPrefix(text) ?? false },
        ]
        for test in tests {
            if let volume = try only(snapshot.volumes.filter(test), for: text) { return volume }
        }
        throw .none(text)
    }

    /// The one volume meant. A container may have more than one for a moment (Docker's `-init`): its own is the one.
    private static func only(_ found: [Volume], for text: String) throws(VolumeLookupError) -> Volume? {
        if found.count <= 1 { return found.first }
        let own = found.filter { !$0.owner.isParent }
        if own.count == 1 { return own.first }
        throw .ambiguous(text, candidates: found.map { candidate in Candidate(candidate) })
    }

    /// A volume as an error names it.
    public struct Candidate: Hashable, Sendable {
        public var volume: String
        public var container: String?

        init(_ volume: Volume) {
            self.volume = volume.name.description
            container = volume.owner.container.map { $0.name ?? $0.id }
        }
    }
}

/// Why no volume was found.
public enum VolumeLookupError: Error, Hashable, Sendable {
    case none(String)
    case ambiguous(String, candidates: [VolumeLookup.Candidate])
}

extension VolumeLookupError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .none(let text): return "no volume or container is called `\(text)`"
        case .ambiguous(let text, let candidates):
            let shown = candidates.prefix(VolumeLookup.namedCandidates).map { candidate in
                candidate.container.map { "\(candidate.volume) (container \($0))" } ?? candidate.volume
            }
            let rest = candidates.count - shown.count
            return "`\(text)` may be any of \(candidates.count) volumes: " + shown.joined(separator: ", ")
                + (rest > 0 ? " and \(rest) more" : "")
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .none: "`headroom status` lists all volumes; a volume's name, a container's name or id will do"
        case .ambiguous: "give the volume's whole name, or more of the container's id"
        }
    }
}
