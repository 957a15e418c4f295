// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials

/// What `lvs --reportformat json` says of logical volumes: their tags.
public struct LVMReport: Hashable, Sendable {
    /// The fields that it is asked for.
    public static let fields = ["lv_uuid", "vg_uuid", "lv_tags", "vg_tags"]

    /// Of each volume, its own tags and its volume group's, sorted, each once. By `identity(ofDevice:)`.
    public let tags: [String: [String]]

    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    private struct Document: Decodable {
        struct Part: Decodable { var lv: [[String: String]]? }
        var report: [Part]
    }

    public init(parsing bytes: [UInt8]) throws(Unreadable) {
        let document: Document
        do { document = try JSONDecoder().decode(Document.self, from: Data(bytes)) } catch {
            throw Unreadable(description: bytes.isEmpty ? "it says nothing" : "it is not the JSON that it should be")
        }
        var tags: [String: [String]] = [:]
        for row in document.report.flatMap({ $0.lv ?? [] }) {
            guard let volume = row["lv_uuid"], let group = row["vg_uuid"], let own = row["lv_tags"], let groups = row["vg_tags"]
            else { throw Unreadable(description: "a volume has none of the fields that were asked for") }
            let identity = (group + volume).replacing("-", with: "")
            // LVM lets no comma into a tag.
            tags[identity] = Set((own.split(separator: ",") + groups.split(separator: ",")).map(String.init)).sorted()
        }
        self.tags = tags
    }

    /// What a device's uuid says of its logical volume: `LVM-<VG's><LV's>[-<layer>]`, each of 32 characters. Nil for others'.
    public static func identity(ofDevice uuid: String) -> String? {
        guard uuid.hasPrefix("LVM-"), uuid.utf8.count >= 68 else { return nil }
        return String(uuid.dropFirst(4).prefix(64))
    }
}
