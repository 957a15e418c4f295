// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Filesystem
public import Units

/// A simulated host: pools, volumes, filesystems, writers and faults, and nothing outside. It knows no clock but its own,
/// takes chance from its seed alone, and does nothing but what `advance(to:)` and the steps ask for.
public struct World: Sendable {
    public internal(set) var now: MonotonicTime
    public internal(set) var chronicle = Chronicle()
    /// By all writers together, so far.
    public internal(set) var written = Bytes.zero
    let start: MonotonicTime
    private let wallStart: WallTime
    let timing: Scenario.Timing
    let chances: Scenario.Chances
    let faults: [Scenario.Fault]
    var pools: [SimulatedPool] = []
    var volumes: [SimulatedVolume] = []
    var writers: [SimulatedWriter] = []
    /// Where each volume's writers begin in `writers`; one more at the end.
    private var firstWriter: [Int] = [0]
    var events = EventQueue()
    var present: [DeviceName: Int] = [:]
    var poolPlaces: [DeviceName: Int] = [:]
    var ledger = FactLedger()
    var minors: MinorNumbers
    /// Faults that have begun and not ended, and how often each has struck.
    var activeFaults: [Int] = []
    var strikes: [Int]
    /// Something happened that the kernel wakes its watchers for.
    var hasChanged = false
    /// Volumes that a step is under way on.
    var busy: Set<Int> = []

    /// Begins `scenario` at `start`.
    ///
    /// - Throws: the first thing in the scenario that cannot be.
    public init(
        _ scenario: Scenario, start: MonotonicTime = World.usualStart, wallStart: WallTime = World.usualWallStart
    ) throws(ScenarioError) {
        try scenario.check()
        now = start
        self.start = start
        self.wallStart = wallStart
        timing = scenario.timing
        chances = scenario.chances
        faults = scenario.faults
        strikes = Array(repeating: 0, count: scenario.faults.count)
        minors = MinorNumbers(first: UInt32(scenario.pools.count))
        for (place, pool) in scenario.pools.enumerated() {
            pools.append(SimulatedPool(pool, number: DeviceNumber(major: MinorNumbers.major, minor: UInt32(place))))
            poolPlaces[pool.name] = place
        }
        makeVolumes(of: scenario)
        schedule(scenario)
        advance(to: now)
        hasChanged = false
    }

    /// An hour after the machine's start.
    public static let usualStart = MonotonicTime(nanoseconds: 3_600_000_000_000)
    /// 2026-01-01T00:00:00Z
    public static let usualWallStart = WallTime(seconds: 1_767_225_600)

    public var wallTime: WallTime { WallTime(seconds: wallStart.seconds + now.since(start).seconds) }

    private mutating func makeVolumes(of scenario: Scenario) {
        var nextID = Array(repeating: UInt32(1), count: pools.count)
        for (place, volume) in scenario.volumes.enumerated() {
            guard let pool = poolPlaces[volume.pool] else { continue }
            var generator = SplitMix64(seed: scenario.seed, stream: UInt64(place))
            let uuid = volume.owner.uuid(&generator)
            volumes.append(SimulatedVolume(volume, pool: pool, thinID: nextID[pool], uuid: uuid, generator: generator))
            nextID[pool] += 1
            for writer in volume.writers { writers.append(SimulatedWriter(writer, volume: place, name: volume.name)) }
            firstWriter.append(writers.count)
        }
    }

    private mutating func schedule(_ scenario: Scenario) {
        for (place, volume) in scenario.volumes.enumerated() {
            events.push(.appears(place), at: start.advanced(by: volume.appears ?? .zero))
            if let end = volume.vanishes { events.push(.vanishes(place), at: start.advanced(by: end)) }
        }
        for (place, fault) in scenario.faults.enumerated() {
            events.push(.faultBegins(place), at: start.advanced(by: fault.at))
            if let duration = fault.lasts { events.push(.faultEnds(place), at: start.advanced(by: fault.at + duration)) }
        }
        for (place, pool) in scenario.pools.enumerated() {
            for growth in pool.growths { events.push(.poolGrows(place, to: growth.size), at: start.advanced(by: growth.at)) }
        }
    }

    func writers(of volume: Int) -> Range<Int> { firstWriter[volume]..<firstWriter[volume + 1] }

    /// What each writer of the scenario has seen, in its order.
    public var outcomes: [WriterOutcome] { writers.map(\.outcome) }

    /// The account of every pool.
    public var ledgers: [PoolLedger] {
        var unwritten = Array(repeating: Bytes.zero, count: pools.count)
        for place in present.values {
            let volume = volumes[place]
            guard let filesystem = volume.filesystem, filesystem.isMounted, !filesystem.isReadOnly else { continue }
            unwritten[volume.pool] += filesystem.geometry.size.less(Bytes(volume.mappedBlocks * pools[volume.pool].blockSize))
        }
        return zip(pools, unwritten).map { pool, unwritten in
            PoolLedger(
                pool: pool.scenario.name, total: pool.total, used: pool.used, unreserved: pool.unreserved, unwritten: unwritten)
        }
    }
}

/// Minor numbers of devices. The last one that was given back is the first to be used again, as in the kernel.
struct MinorNumbers: Sendable {
    static let major: UInt32 = 253
    private var next: UInt32
    private var free: [UInt32] = []

    init(first: UInt32) { next = first }

    mutating func take() -> DeviceNumber {
        if let minor = free.popLast() { return DeviceNumber(major: MinorNumbers.major, minor: minor) }
        next += 1
        return DeviceNumber(major: MinorNumbers.major, minor: next - 1)
    }

    mutating func giveBack(_ number: DeviceNumber) { free.append(number.minor) }
}
