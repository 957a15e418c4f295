// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Filesystem
import Host
import Inventory
import Policy
import Units

/// A report made ready for rendering: each pool and volume once, in order, joined with what the policy says of it.
struct Scene: Sendable {
    let report: Report
    let pools: [PoolView]
    let volumes: [VolumeView]

    init(_ report: Report) {
        self.report = report
        let snapshot = report.snapshot
        let outlooks = Dictionary((report.plan?.pools ?? []).map { ($0.pool, $0) }) { first, _ in first }
        let pools = Scene.once(snapshot?.pools ?? []) { $0.name < $1.name }
        let volumes = Scene.once(snapshot?.volumes ?? []) { ($0.poolName, $0.name) < ($1.poolName, $1.name) }
        let counts = volumes.reduce(into: [:]) { $0[$1.poolName, default: 0] += 1 }
        let running = Dictionary(grouping: report.growths.running, by: \.volume.poolName)
        self.pools = pools.map {
            PoolView(
                pool: $0, outlook: outlooks[$0.name], volumeCount: counts[$0.name] ?? 0, running: running[$0.name] ?? [])
        }
        let poolNames = Dictionary(self.pools.map { ($0.pool.name, $0.name) }) { first, _ in first }

        let decisions = DecisionIndex(report.plan, for: volumes)
        let lastGrowths = Scene.lastGrowths(report.growths.recent)
        self.volumes = volumes.enumerated().map { index, volume in
            VolumeView(
                volume: volume, poolName: poolNames[volume.poolName] ?? volume.poolName.shown,
                decision: decisions.decision(for: volume.identity, at: index),
                lastGrowth: lastGrowths.isEmpty ? nil : lastGrowths[volume.identity],
                refusedSince: report.refusedSince.isEmpty ? nil : report.refusedSince[volume.identity])
        }
    }

    /// In order and each once. A snapshot is so already; but a duplicate series would cost the whole scrape.
    private static func once<Element>(_ elements: [Element], by precedes: (Element, Element) -> Bool) -> [Element] {
        if zip(elements, elements.dropFirst()).allSatisfy(precedes) { return elements }
        var kept: [Element] = []
        for element in elements.sorted(by: precedes) {
            if let last = kept.last, !precedes(last, element) { continue }
            kept.append(element)
        }
        return kept
    }

    private static func lastGrowths(_ recent: [FinishedGrowth]) -> [VolumeIdentity: WallTime] {
        let done = recent.filter { $0.failure == nil }.map { ($0.order.volume, $0.finishedAt) }
        return Dictionary(done) { _, newer in newer }
    }
}

/// The plan's decisions by volume. They come in the snapshot's order, so a search is seldom needed.
private struct DecisionIndex {
    private let decisions: [Decision]
    /// Empty when the plan was made for these very volumes.
    private let byVolume: [VolumeIdentity: Decision]

    init(_ plan: Plan?, for volumes: [Volume]) {
        decisions = plan?.decisions ?? []
        let isAligned = decisions.count == volumes.count && zip(decisions, volumes).allSatisfy { $0.volume == $1.identity }
        byVolume = isAligned ? [:] : Dictionary(decisions.map { ($0.volume, $0) }) { first, _ in first }
    }

    func decision(for volume: VolumeIdentity, at index: Int) -> Decision? {
        byVolume.isEmpty ? (index < decisions.count ? decisions[index] : nil) : byVolume[volume]
    }
}

/// A pool, as it is shown.
struct PoolView: Sendable {
    let pool: Pool
    let outlook: PoolOutlook?
    let volumeCount: Int
    /// Growths under way on it.
    let running: [Order]
    let name: String
    let labels: LabelSet

    init(pool: Pool, outlook: PoolOutlook?, volumeCount: Int, running: [Order]) {
        self.pool = pool
        self.outlook = outlook
        self.volumeCount = volumeCount
        self.running = running
        name = pool.name.shown
        labels = LabelSet([Label("pool", name)])
    }
}

/// A volume, as it is shown. A class, since rendering walks over all of them once for each family, and to copy a struct of
/// so many parts costs more than to write its figures.
final class VolumeView: Sendable {
    let volume: Volume
    /// Taken out of the volume once: plain numbers, that cost nothing to look at.
    let usage: FilesystemUsage?
    let mount: MountView?
    let decision: Decision?
    /// When it was last grown, if that is among the growths that are remembered.
    let lastGrowth: WallTime?
    /// Since when a wish of it has been refused.
    let refusedSince: WallTime?
    let labels: LabelSet

    init(volume: Volume, poolName: String, decision: Decision?, lastGrowth: WallTime?, refusedSince: WallTime?) {
        self.volume = volume
        usage = volume.usage
        mount = volume.filesystem.map { MountView($0) }
        self.decision = decision
        self.lastGrowth = lastGrowth
        self.refusedSince = refusedSince
        labels = LabelSet([Label("pool", poolName), Label("volume", volume.name.shown)])
    }
}

/// What is known of a mounted filesystem besides its usage.
struct MountView: Sendable {
    let isReadOnly: Bool
    let isStuck: Bool
    let isUnreadable: Bool
    /// How much of its device it takes.
    let size: Bytes?

    init(_ filesystem: MountedFilesystem) {
        isReadOnly = filesystem.isReadOnly
        isStuck = filesystem.reading == .stuck
        isUnreadable =
            switch filesystem.reading {
            case .failed, .hidden: true
            case .usage, .stuck: false
            }
        size = filesystem.geometry?.size
    }
}

extension DeviceName {
    /// The same as `description`, at once for the plain names that nearly all devices have.
    var shown: String {
        bytes.allSatisfy { $0 < 0x80 && $0 != 0x5C } ? String(decoding: bytes, as: UTF8.self) : description
    }
}
