// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Inventory
import Owners
import Units

/// One pool's account while a plan is made: what it has, what is promised, what may still be granted.
struct PoolReckoning {
    let pool: Pool
    private let rule: PoolRule
    let reserve: Bytes
    let metadataReserve: Bytes
    let fillRate: ByteRate
    let fillRateWasSeen: Bool
    let reaction: Duration
    private(set) var promised: Bytes
    private(set) var volumesSize: Bytes
    /// What this plan has granted into the reserve, by what allows it.
    private var exceeded: [OverrideID: Bytes] = [:]
    let bar: Refusal?
    private let paces: PoolPaces

    init(_ pool: Pool, volumes: [Volume], rule: PoolRule, history: History, hostBar: Refusal? = nil) {
        self.pool = pool
        self.rule = rule
        reserve = rule.dataReserve(for: pool).of(pool.dataTotal ?? .zero)
        metadataReserve = (rule.metadataReserve ?? PoolRule.defaultReserve).of(pool.metadataTotal ?? .zero)
        let seen = history.fastestFills[pool.name] ?? .zero
        fillRateWasSeen = seen > rule.assumedFillRate
        fillRate = max(seen, rule.assumedFillRate)
        let isSlow = volumes.contains { if case .lxd(let volume) = $0.owner { volume.role == .container } else { false } }
        reaction = max(history.reaction.total, isSlow ? history.instanceReaction.total : .zero)
        promised =
            Promises(
                volumes: volumes, history: history, burstRoom: fillRate.amount(in: reaction),
                capacity: (pool.dataTotal ?? .zero).less(reserve), mayOvercommit: rule.overcommitLimit.map { $0 > .one } ?? false
            ).total
        volumesSize = volumes.map { history[$0.identity].size(of: $0) }.sum()
        bar = hostBar ?? Refusal.bar(on: pool)
        paces = history.paces[pool.name] ?? PoolPaces()
    }

    /// fill rate × reaction, to the mebibyte.
    var burstRoom: Bytes { fillRate.amount(in: reaction).roundedUp(to: .mebibytes(1)) }

    /// Nil when the pool gives no figures.
    private var unmapped: Bytes? {
        guard let total = pool.dataTotal, let used = pool.dataUsed else { return nil }
        return total.less(used)
    }

    /// Free data less the reserve; nil when the pool gives no figures.
    private var freeData: Bytes? { unmapped?.less(reserve) }

    /// How much data the free metadata, less its reserve, can still map.
    private var mappableByMetadata: Bytes? {
        guard let total = pool.metadataTotal, let used = pool.metadataUsed, let blockSize = pool.blockSize else { return nil }
        return blockSize.scaled(by: total.less(used).less(metadataReserve).count / Promises.metadataPerBlock.count)
    }

    var isLimitedByMetadata: Bool {
        guard let data = freeData, let metadata = mappableByMetadata else { return false }
        return metadata < data
    }

    /// What may still be granted.
    var headroom: Bytes? {
        guard let data = freeData, let metadata = mappableByMetadata else { return nil }
        return min(data, metadata).less(promised)
    }

    /// What may be granted to one that may have some of the reserve: so much more than the headroom, but not more than
    /// what is free, and nothing of the metadata's reserve.
    func headroom(exceedingBy override: Override?) -> Bytes? {
        guard let headroom, let override, let unmapped, let metadata = mappableByMetadata else { return headroom }
        let left = override.left.less(exceeded[override.id] ?? .zero)
        return min(headroom + left, unmapped.less(promised), metadata.less(promised))
    }

    /// How much larger the volumes may get together; nil without a limit.
    var roomUnderOvercommitLimit: Bytes? {
        guard let limit = rule.overcommitLimit, let total = pool.dataTotal else { return nil }
        return limit.of(total).less(volumesSize)
    }

    mutating func grant(_ order: Order) {
        promised += order.added
        volumesSize += order.added
        if let exceeds = order.exceeds { exceeded[exceeds.override, default: .zero] += exceeds.bytes }
    }

    var outlook: PoolOutlook {
        var outlook = PoolOutlook(
            pool: pool.name, reserve: reserve, metadataReserve: metadataReserve, promised: promised, headroom: headroom,
            isLimitedByMetadata: isLimitedByMetadata, volumesSize: volumesSize, overcommitLimit: rule.overcommitLimit,
            fillRate: fillRate, fillRateWasSeen: fillRateWasSeen, reaction: reaction, burstRoom: burstRoom, bar: bar)
        outlook.dataFullIn = unmapped.flatMap { paces.data.time(toFill: $0) }
        if let total = pool.metadataTotal, let used = pool.metadataUsed {
            outlook.metadataFullIn = paces.metadata.time(toFill: total.less(used))
        }
        outlook.metadataNeeded = pool.metadataNeeded
        return outlook
    }

    /// The refusal of `wanted` more bytes, by what limits.
    func refusal(of wanted: Bytes, exceedingBy override: Override? = nil) -> Refusal {
        let left = headroom(exceedingBy: override) ?? .zero
        let beyond = override.map { override in
            let bytes = override.left.less(exceeded[override.id] ?? .zero)
            return " (with what is left of being let into the reserve by \(override.asked.author): \(bytes))"
        }
        let numbers =
            "\(wanted) more are wanted, \(left) may be granted\(beyond ?? ""): \(pool.dataTotal?.less(pool.dataUsed ?? .zero) ?? .zero) free"
            + " in pool \(pool.name), of which \(reserve) are its reserve and \(promised) are promised and not written yet"
        if isLimitedByMetadata {
            return Refusal(
                .metadataReserve,
                numbers + "; its metadata, less a reserve of \(metadataReserve), limits it",
                hint: "grow the pool's metadata device, or free snapshots")
        }
        return Refusal(
            .reserve, numbers,
            hint: "free space in the pool (remove volumes, run fstrim), grow the pool, or lower its reserve in the configuration")
    }
}

extension PoolRule {
    /// The share of the pool's data that is never granted.
    func dataReserve(for pool: Pool) -> Ratio {
        if let dataReserve { return dataReserve }
        guard case .docker(let minimumFree) = pool.owner else { return PoolRule.defaultReserve }
        return Ratio(minimumFree.value + PoolRule.dockerReserveMargin.value) ?? PoolRule.defaultReserve
    }
}
