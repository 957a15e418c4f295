// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Inventory
import Owners
import Units

/// How large one volume may get: from a wish to an order, within every bound.
struct Sizing {
    let volume: Volume
    let geometry: FilesystemGeometry
    let rule: VolumeRule
    let reckoning: PoolReckoning
    /// What lets it into the reserve.
    var exceeding: Override?

    /// Sizes are rounded to this, so that people read them.
    static let grain = Bytes.mebibytes(1)
    /// An idle filesystem's room for a burst takes no more than this part of the headroom, so that those who fill find theirs.
    static let idleShareOfHeadroom: UInt64 = 4
    /// Less than this is not worth a growth that nobody waits for.
    static let burstLeast = Bytes.mebibytes(32)

    private var size: Bytes { geometry.size }

    // MARK: The order

    /// The growth that the wish asks for, or as much of it as the bounds leave: at least a minimum step, or what is worth a growth to
    /// one that fills.
    func order(_ reason: Need, _ wish: Wish) throws(Refusal) -> Order {
        let wanted = step(wish.usable)
        let firm = wish.firm > .zero ? step(wish.firm) : .zero
        let (room, limit) = room(firm: firm, wanted: wanted, isFilling: wish.isFilling, share: rule.maximumShare)
        if wanted <= room { return make(reason, to: aligned(size + wanted, room: room), limitedBy: nil) }
        // What keeps filesystems ready for a burst comes in whatever pieces there are: their writers do not wait for it. One that
        // fills gets them too: without, it would be full, and room left over.
        let step = firm > .zero ? min(rule.minimumStep, firm) : Sizing.burstLeast
        let least = wish.isFilling ? min(step, Sizing.burstLeast) : step
        let cut = room.roundedDown(to: Sizing.grain)
        // A bound of the rule may be reached with less than a step; what the pool gives comes in steps, or creeps.
        let isUseful = limit(wanted).reason == .maximumSize ? cut >= Sizing.grain : cut >= least
        let to = aligned(size + cut, room: cut)
        guard isUseful, to > size else { throw limit(wanted) }
        return make(reason, to: to, limitedBy: limit(wanted))
    }

    private func step(_ usable: Bytes) -> Bytes {
        min(max(raw(usable), rule.minimumStep), rule.maximumStep).roundedUp(to: Sizing.grain)
    }

    /// The growth to exactly `target`, for a person who asked for it. The share that keeps a runaway from taking the pool is
    /// not for him; every other bound holds.
    func order(to target: Bytes) throws(Refusal) -> Order {
        let target = target.roundedDown(to: geometry.blockSize)
        guard target > size else {
            throw Refusal(
                .notLarger, "\(volume.name) has \(size) already; \(target) is not larger",
                hint: "ask for more than \(size): nothing is ever made smaller")
        }
        if let total = reckoning.pool.dataTotal, target > total {
            throw Refusal(
                .beyondPool, "\(target) is more than the whole pool \(reckoning.pool.name) of \(total)",
                hint: "ask for less, or grow the pool")
        }
        let (room, limit) = room(firm: Bytes(.max), wanted: target.less(size), isFilling: true, share: nil)
        let to = aligned(target, room: room)
        guard target.less(size) <= room, to > size else { throw limit(target.less(size)) }
        return make(.manual, to: to, limitedBy: nil)
    }

    /// Where the owner grows the filesystem to fill its device, that is a whole number of LVM's extents: the next one if
    /// there is room, else the last.
    private func aligned(_ target: Bytes, room: Bytes) -> Bytes {
        guard fillsDevice else { return target }
        let up = target.roundedUp(to: LogicalVolume.standardExtent)
        return up.less(size) <= room ? up : target.roundedDown(to: LogicalVolume.standardExtent)
    }

    private var fillsDevice: Bool { if case .byInstance = volume.owner.lasting { true } else { false } }

    private func make(_ reason: Need, to: Bytes, limitedBy: Refusal?) -> Order {
        let to = to.roundedDown(to: geometry.blockSize)
        let length = volume.size.wholeSectors
        return Order(
            volume: volume.identity, kind: volume.filesystem?.kind ?? .ext4, lasting: volume.owner.lasting, reason: reason,
            from: size, to: to,
            deviceFrom: length,
            // A device that is long enough stays: what is left to do is one ioctl.
            deviceTo: to <= volume.size ? length : deviceLength(for: to), price: price(of: to), limitedBy: limitedBy,
            exceeds: exceeds(with: to.less(size)))
    }

    private func exceeds(with added: Bytes) -> Order.Exceeding? {
        guard let exceeding, let beyond = added.subtracting(reckoning.headroom ?? .zero), beyond > .zero else { return nil }
        return Order.Exceeding(override: exceeding.id, bytes: beyond)
    }

    // MARK: Bounds

    /// What every bound leaves to add, and the refusal of whichever is the tightest. `firm`: as much as is for more than a
    /// burst that may never come.
    private func room(firm: Bytes, wanted: Bytes, isFilling: Bool, share: Ratio?) -> (Bytes, (Bytes) -> Refusal) {
        // The reserve is not for those who wait for nothing.
        let exceeding = firm > .zero ? exceeding : nil
        var room = reckoning.headroom(exceedingBy: exceeding) ?? .zero
        let forBursts = max(firm, roomForBursts(isFilling: isFilling))
        let isForBursts = firm < wanted && forBursts < room
        if isForBursts { room = forBursts }
        var refusal: (Bytes) -> Refusal = { [reckoning] wanted in
            var refusal = reckoning.refusal(of: wanted, exceedingBy: exceeding)
            if isForBursts { refusal.text += "; \(isFilling ? Sizing.fillingBound : Sizing.idleBound)" }
            return refusal
        }
        func bound(_ left: Bytes?, _ make: @escaping () -> Refusal) {
            guard let left, left < room else { return }
            room = left
            refusal = { _ in make() }
        }
        let name = volume.name
        bound(rule.maximumSize.map { $0.less(size) }) { [rule, size] in
            Refusal(
                .maximumSize, "\(name) has \(size) of at most \(rule.maximumSize ?? size)",
                hint: rule.maximumSizeIsPinned
                    ? "see `headroom overrides` for who has pinned that" : "raise `maximum_size` of rule `\(rule.name)`")
        }
        let largest = share.map { $0.of(reckoning.pool.dataTotal ?? .zero) }
        bound(largest.map { $0.less(size) }) { [rule, size, reckoning] in
            Refusal(
                .maximumShare,
                "\(name) has \(size) of at most \(largest ?? size), \(rule.maximumShare) of pool \(reckoning.pool.name)",
                hint: "raise `maximum_share` of rule `\(rule.name)`, or grow the pool")
        }
        bound(reckoning.roomUnderOvercommitLimit) { [reckoning] in
            Refusal(
                .overcommitLimit,
                "the volumes of pool \(reckoning.pool.name) have \(reckoning.volumesSize) together; the limit is"
                    + " \(reckoning.outlook.overcommitLimit?.value.text(decimals: 2) ?? "none") times the pool",
                hint: "raise `overcommit_limit`, or grow the pool")
        }
        bound(geometry.maximumSize.map { $0.less(size) }) { [geometry] in
            Refusal(
                .growthLimit, "the filesystem on \(name) cannot pass \(geometry.maximumSize ?? .zero)",
                hint: "move the data to a filesystem that was made larger")
        }
        return (room, refusal)
    }

    /// What may be added for bursts that have not come.
    private func roomForBursts(isFilling: Bool) -> Bytes {
        let headroom = reckoning.headroom ?? .zero
        guard isFilling else {
            // Beyond half of what the pool can give, promises are for those who write.
            return min(Bytes(headroom.count / Sizing.idleShareOfHeadroom), Bytes(headroom.less(reckoning.promised).count / 2))
        }
        let free = volume.usage?.available ?? .zero
        return Bytes((headroom + free).count / 2).less(free)
    }

    private static let idleBound = "idle volumes get a quarter of that at most, and half of the pool's together"
    private static let fillingBound = "for bursts that have not come a volume has no more than it leaves to all others"

    // MARK: What size costs

    private func price(of to: Bytes) -> Bytes {
        geometry.price(ofGrowthTo: to, poolBlock: reckoning.pool.blockSize ?? Sizing.grain)
    }

    /// What has to be added to the filesystem so that `usable` more can be written.
    private func raw(_ usable: Bytes) -> Bytes { raw(usable, beyond: size) }

    private func raw(_ usable: Bytes, beyond size: Bytes) -> Bytes {
        usable + price(of: size + usable) + price(of: size + price(of: size + usable))
    }

    // MARK: The runway

    /// Long enough for the filesystem at `size` and the runway beyond, within the rule's bounds.
    func deviceLength(for size: Bytes) -> Sectors {
        let bounds = [rule.maximumSize, reckoning.pool.dataTotal.map(rule.maximumShare.of), geometry.maximumSize].compactMap {
            $0
        }
        let most = (bounds.min() ?? Bytes(.max)).roundedDown(to: Sizing.grain)
        return max(min((size + runwayLength(beyond: size)).roundedUp(to: Sizing.grain), most), size, volume.size).roundedUp(
            to: Sectors.size
        )
        .wholeSectors
    }

    /// A maximum step, as long as nobody else reads the device's size. So long because a table cannot be swapped quickly under
    /// load: the swap waits for all that is under way, seconds on a slow disk, and the writer with it.
    ///
    /// LVM shows the device's size to people, sums it up, and warns of more than the pool has. `lvextend` takes seconds, so it
    /// too comes ahead of need, but for one more step only: the largest that threshold, burst or rule would ask for next.
    ///
    /// LXD grows the filesystem with the device, so there is nothing to be had ahead.
    private func runwayLength(beyond size: Bytes) -> Bytes {
        switch volume.owner.lasting {
        case .byInstance: return .zero
        case .byRecord, .byRestoring, .never: return rule.maximumStep
        case .byLogicalVolume: break
        }
        // At the threshold so much is used, of which the target is made.
        let used = rule.threshold.of(size)
        let byThreshold = (rule.target.whole(ofPart: used) ?? size).less(size)
        // A quarter more: the look comes a little later than the threshold, and finds more in use.
        let step = max(byThreshold, reckoning.burstRoom)
        let usable = step + Bytes(step.count / 4)
        return min(max(raw(usable, beyond: size), rule.minimumStep), rule.maximumStep)
    }

    /// Less than half of the runway is left.
    var runwayIsShort: Bool {
        let wanted = deviceLength(for: size).bytes
        return wanted > volume.size && volume.size.less(size).scaled(by: 2) < wanted.less(size)
    }

    // MARK: Words

    func findings(about order: Order) -> [Finding] {
        var findings = [Finding("headroom", "\(reckoning.headroom ?? .zero) may be granted in pool \(reckoning.pool.name)")]
        if let exceeds = order.exceeds, let exceeding {
            findings.append(
                Finding("exceed_reserve", "\(exceeds.bytes) of it are the pool's reserve, by leave of \(exceeding.asked.author)"))
        }
        if order.price > .zero {
            findings.append(Finding("price", "the growth itself maps \(order.price) of what it adds within about a minute"))
        }
        if let limit = order.limitedBy {
            findings.append(Finding(limit.reason.rawValue, "cut to \(order.to): " + limit.text, speaksFor: false))
        }
        if order.deviceTo == order.deviceFrom {
            findings.append(Finding("runway", "the device has \(volume.size) already: one ioctl on the filesystem is left to do"))
        }
        return findings
    }
}
