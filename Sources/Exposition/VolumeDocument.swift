// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import FoundationEssentials
import Host
import Inventory
import Owners
public import Policy
import Units

/// A thin volume, as people are shown it. What is not known is absent.
public struct VolumeDocument: Codable, Hashable, Sendable {
    /// As it is shown: bytes that are no UTF-8 as `\x{ff}`.
    public var name: String
    public var pool: String
    /// `docker`, `containerd`, `lvm`, `lxd`, `incus`, `stratis` or `plain`.
    public var owner: String
    /// What it is to its owner: `container`, `layer`, `snapshot` ...
    public var role: String?
    public var container: ContainerDocument?
    /// LVM's name for it, `vg/lv`.
    public var logicalVolume: String?
    /// LVM's tags of it and its volume group; absent until LVM has told them.
    public var tags: [String]?
    public var device: String
    public var thinId: UInt32
    public var sizeBytes: UInt64
    public var mappedBytes: UInt64?
    public var suspended: Bool
    public var openCount: UInt32
    public var holders: [String]
    /// Processes that write to the device itself while it is mounted.
    public var writers: [String]
    public var filesystem: FilesystemDocument?
    /// What is on it instead of a filesystem, or why it was not read.
    public var content: String?
    /// The last look contradicts the one before; nothing is decided on it.
    public var doubtful: Bool
    /// The rule that holds for it; absent before the first plan.
    public var rule: String?
    public var mode: Mode?
    public var verdict: VerdictDocument?
    /// When nothing will be available at the present pace, if it is not grown; absent while it does not fill.
    public var fullInSeconds: Double?
    /// Since when a wish of it has been refused.
    public var refusedSince: Date?
    /// Why it should be larger.
    public var needs: [Need]
    /// Why it is not grown.
    public var refusal: RefusalDocument?
    /// How it is grown now, or would be in enforce mode.
    public var order: OrderDocument?

    init(_ view: VolumeView) {
        let volume = view.volume
        name = volume.name.shown
        pool = volume.poolName.shown
        owner = volume.owner.name
        role = volume.owner.role
        container = volume.owner.container.map { ContainerDocument($0) }
        logicalVolume = volume.owner.logicalVolume.map { "\($0.volumeGroup)/\($0.name)" }
        tags = volume.tags
        device = volume.number.description
        thinId = volume.identity.thinID
        sizeBytes = volume.size.count
        mappedBytes = volume.mapped?.count
        suspended = volume.isSuspended
        openCount = volume.openCount
        holders = volume.holders
        writers = volume.writers
        filesystem = FilesystemDocument(volume)
        switch volume.content {
        case .foreign(let signature): content = signature
        case .blank: content = "blank"
        case .unread(let reason): content = "unread: \(reason)"
        case .mounted, .unmounted: content = nil
        }
        doubtful = volume.isDoubtful
        rule = view.decision?.rule
        mode = view.decision?.mode
        verdict = (view.decision?.verdict).map { VerdictDocument($0) }
        fullInSeconds = view.decision?.fullIn?.seconds
        refusedSince = view.refusedSince.map { Date($0) }
        needs = view.decision?.needs ?? []
        switch view.decision?.verdict {
        case .refused(let refusal), .barred(let refusal): self.refusal = RefusalDocument(refusal)
        case .grow(let order), .wouldGrow(let order): self.order = OrderDocument(order)
        case .content, nil: break
        }
    }
}

/// What the policy decided, in one word.
public enum VerdictDocument: String, Codable, Hashable, Sendable {
    case content, grow, refused, barred
    case wouldGrow = "would_grow"

    init(_ verdict: Decision.Verdict) {
        switch verdict {
        case .content: self = .content
        case .grow: self = .grow
        case .wouldGrow: self = .wouldGrow
        case .refused: self = .refused
        case .barred: self = .barred
        }
    }
}

public struct ContainerDocument: Codable, Hashable, Sendable {
    public var id: String
    public var name: String?
    public var image: String?
    public var namespace: String?
    /// In Kubernetes, with the pod's own namespace.
    public var pod: String?
    public var podNamespace: String?

    init(_ container: Container) {
        id = container.id
        name = container.name
        image = container.image
        namespace = container.namespace
        pod = container.pod
        podNamespace = container.podNamespace
    }
}
