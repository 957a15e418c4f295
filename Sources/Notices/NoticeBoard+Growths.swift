// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
import Host
import Inventory
import Owners
import Policy
import Units

/// Growths of one volume that followed each other closely: one alert, however many.
struct GrowthSpell: Sendable {
    struct Key: Hashable, Sendable {
        var pool: DeviceName
        var volume: DeviceName
        var isDone: Bool
    }

    var labels: [String: String]
    var annotations: [String: String]
    /// By the report's count, of the last of them.
    var number: UInt64
    var count: Int
    /// Before the first of them.
    var from: Bytes
    var startsAt: WallTime
    /// When the last of them was taken in.
    var lastAt: MonotonicTime
}

extension NoticeBoard {
    mutating func take(_ record: GrowthRecord, in snapshot: Snapshot?, at now: Moment) {
        // A report of before is older than what is known.
        guard record.finished > taken else { return }
        let new = record.finished - taken
        let told = record.recent.suffix(Int(clamping: new))
        dropped += new - UInt64(told.count)
        for (index, growth) in told.enumerated() where growth.isNews {
            add(growth, number: record.finished - UInt64(told.count - 1 - index), in: snapshot, at: now)
        }
        taken = record.finished
    }

    /// While nobody is to be told.
    public mutating func passOver(_ record: GrowthRecord) {
        taken = max(taken, record.finished)
        toldToAll = taken
    }

    private mutating func add(_ growth: FinishedGrowth, number: UInt64, in snapshot: Snapshot?, at now: Moment) {
        let order = growth.order
        var key = GrowthSpell.Key(pool: order.volume.poolName, volume: order.volume.name, isDone: growth.failure == nil)
        let owner = snapshot?.volumes.first { $0.identity == order.volume }?.owner
        var spell =
            growths[key]
            ?? GrowthSpell(
                labels: terms.labels(of: growth, owner: owner), annotations: [:], number: number, count: 0, from: order.from,
                startsAt: growth.finishedAt, lastAt: now.monotonic)
        if now.monotonic.since(spell.lastAt) > Limits.growthStands {
            // Kept for somebody who does not answer; what it tells besides is of another time.
            (spell.count, spell.from, spell.startsAt) = (0, order.from, growth.finishedAt)
        }
        if spell.count == 0 { forgetEnded(spell.labels) }
        spell.count += 1
        spell.number = number
        spell.lastAt = now.monotonic
        spell.annotations = terms.annotations(of: growth, spell)
        growths[key] = spell
        becomeNews()
        makeRoom()
        key.isDone = false
        // What failed before is mended by this.
        guard growth.failure == nil, let failed = growths.removeValue(forKey: key) else { return }
        let startsAt = min(failed.startsAt, now.wall)
        end(Notice(labels: failed.labels, annotations: failed.annotations, startsAt: startsAt, endsAt: now.wall), at: now)
    }

    private mutating func makeRoom() {
        guard growths.count > Limits.growths, let oldest = growths.min(by: { $0.value.number < $1.value.number }) else { return }
        if oldest.value.number > toldToAll { dropped += 1 }
        growths[oldest.key] = nil
    }

    /// Everybody was told of the growths up to this one; `nil`: nobody is to be told.
    public mutating func growthsWereTold(upTo number: UInt64?) { toldToAll = max(toldToAll, number ?? taken) }

    /// The last growth that there is to tell.
    public var lastGrowth: UInt64 { taken }

    mutating func tidyGrowths(at now: Moment) {
        for (key, spell) in growths {
            let age = now.monotonic.since(spell.lastAt)
            if age <= Limits.growthStands || (spell.number > toldToAll && age <= Limits.growthKept) { continue }
            if spell.number > toldToAll { dropped += 1 }
            growths[key] = nil
        }
    }

    func growthNotices(untoldAfter told: UInt64, at now: Moment) -> [Notice] {
        growths.values.sorted { $0.number < $1.number }.compactMap { spell in
            let left = Limits.growthStands - now.monotonic.since(spell.lastAt)
            guard left > .zero || spell.number > told else { return nil }
            // Who hears of it late sees it for as long.
            let endsAt = now.wall.advanced(by: left > .zero ? left : Limits.growthStands)
            return Notice(
                labels: spell.labels, annotations: spell.annotations, startsAt: min(spell.startsAt, now.wall), endsAt: endsAt)
        }
    }
}
