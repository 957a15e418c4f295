// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

extension World {
    /// When something happens next by itself.
    public var nextEvent: MonotonicTime? { events.nextTime }

    /// Lets everything happen that is due by `time`.
    public mutating func advance(to time: MonotonicTime) {
        while step(by: time) {}
    }

    /// The same, but stops right after something that the kernel would wake its watchers for.
    /// Gives whether it stopped for that.
    public mutating func advanceToChange(by time: MonotonicTime) -> Bool {
        while !hasChanged, step(by: time) {}
        return takeChange()
    }

    /// Whether something happened since the last call that the kernel wakes its watchers for.
    public mutating func takeChange() -> Bool {
        defer { hasChanged = false }
        return hasChanged
    }

    /// One event. False when none is due by `time`; it is `time` then.
    private mutating func step(by time: MonotonicTime) -> Bool {
        guard let due = events.pop(by: time) else {
            now = max(now, time)
            return false
        }
        now = max(now, due.time)
        happen(due.event)
        return true
    }

    private mutating func happen(_ event: EventQueue.Event) {
        switch event {
        case .appears(let volume): appear(volume)
        case .vanishes(let volume): vanish(volume)
        case .writerStarts(let writer): startWriter(writer)
        case .writerStops(let writer): stopWriter(writer)
        case .writes(let writer, let turn): write(writer, turn: turn)
        case .deletes(let writer): delete(writer)
        case .writesTables(let volume): writeTables(volume)
        case .poolGrows(let pool, let size): growPool(pool, to: size)
        case .poolGivesUp(let pool, let turn): giveUp(pool, turn: turn)
        case .faultBegins(let fault): beginFault(fault)
        case .faultEnds(let fault): endFault(fault)
        case .growthArrives(let volume, let size):
            if volumes[volume].isPresent { growFilesystem(of: volume, to: size) }
        }
    }

    // MARK: Volumes

    private mutating func appear(_ place: Int) {
        let pool = volumes[place].pool
        let blocks = volumes[place].blocksMissing(writing: 0, blockSize: pools[pool].blockSize)
        guard blocks <= pools[pool].dataFree, allocate(blocks, from: pool) == .done else {
            chronicle.stillbirths += 1
            return
        }
        volumes[place].map(blocks: blocks)
        volumes[place].isPresent = true
        volumes[place].number = minors.take()
        present[volumes[place].name] = place
        pools[pool].volumes += 1
        for fault in activeFaults where faults[fault].target == volumes[place].name { strike(fault, volume: place, by: 1) }
        ledger.add(place, fact(of: place))
        for writer in writers(of: place) {
            let scenario = writers[writer].scenario
            events.push(.writerStarts(writer), at: now.advanced(by: scenario.starts))
            if let end = scenario.stops { events.push(.writerStops(writer), at: now.advanced(by: end)) }
        }
        hasChanged = true
    }

    private mutating func vanish(_ place: Int) {
        guard volumes[place].isPresent else { return }
        for writer in writers(of: place) { stopWriter(writer) }
        volumes[place].isPresent = false
        volumes[place].lateGrowth = nil
        present[volumes[place].name] = nil
        minors.giveBack(volumes[place].number)
        ledger.remove(place)
        let pool = volumes[place].pool
        pools[pool].volumes -= 1
        pools[pool].release(blocks: volumes[place].mappedBlocks)
        wakePool(pool)
        hasChanged = true
    }

    // MARK: Pools

    /// Out of space, a pool lets writes wait for a minute (the kernel's no_space_timeout).
    private static let patience = Duration.seconds(60)

    mutating func allocate(_ blocks: UInt64, from pool: Int) -> SimulatedPool.Allocation {
        let wasOut = pools[pool].isOutOfSpace
        let health = pools[pool].health
        let allocation = pools[pool].allocate(blocks: blocks)
        if !wasOut, pools[pool].isOutOfSpace {
            events.push(.poolGivesUp(pool, turn: pools[pool].turn), at: now.advanced(by: World.patience))
            hasChanged = true
        }
        if pools[pool].health != health { hasChanged = true }
        if pools[pool].passesLowWaterMark() { hasChanged = true }
        judgeReserve(of: pool)
        return allocation
    }

    private mutating func judgeReserve(of pool: Int) {
        let (used, limit) = (pools[pool].used, pools[pool].unreserved)
        let isBroken = used > limit
        if isBroken, !pools[pool].reserveIsBroken {
            chronicle.brokenReserves.append(BrokenReserve(pool: pools[pool].scenario.name, at: now, used: used, limit: limit))
        }
        pools[pool].reserveIsBroken = isBroken
    }

    private mutating func growPool(_ pool: Int, to size: Bytes) {
        pools[pool].grow(to: size)
        judgeReserve(of: pool)
        wakePool(pool)
        hasChanged = true
    }

    private mutating func giveUp(_ pool: Int, turn: UInt32) {
        guard pools[pool].giveUp(turn: turn) else { return }
        for writer in pools[pool].takeWaiting() { writeNow(writer) }
        hasChanged = true
    }

    private mutating func wakePool(_ pool: Int) {
        judgeReserve(of: pool)
        guard !pools[pool].isOutOfSpace else { return }
        for writer in pools[pool].takeWaiting() { writeNow(writer) }
    }

    func writesNow(_ writer: Int) -> EventQueue.Event { .writes(writer, turn: writers[writer].turn) }

    mutating func writeNow(_ writer: Int) { events.push(writesNow(writer), at: now) }
}
