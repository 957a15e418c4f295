// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Units

/// A thin pool as the kernel keeps it.
struct SimulatedPool: Sendable {
    enum Health: Sendable { case working, readOnly, failed }

    let scenario: Scenario.Pool
    let number: DeviceNumber
    let blockSize: UInt64
    let metadataTotal: UInt64
    private(set) var dataTotal: UInt64
    private(set) var dataUsed: UInt64
    var health = Health.working
    private(set) var isOutOfSpace = false
    /// Writes that need a block get an error instead of waiting.
    private(set) var errorsNow: Bool
    var volumes: UInt64 = 0
    /// Writers that wait for space.
    private var waiting: [Int] = []
    /// Counts how often it ran out, so that an old time-out means nothing.
    private(set) var turn: UInt32 = 0
    var reserveIsBroken = false
    private var lowWaterWasPassed = false

    /// Metadata that a block's mapping takes, with its share of the tree and of the space maps (kernel documentation: 48).
    private static let metadataPerBlock: UInt64 = 48
    /// Superblock, space maps and roots.
    private static let metadataAtBirth: UInt64 = 20
    private static let metadataPerVolume: UInt64 = 1
    /// The kernel gives up with some blocks left, which it needs for the commit.
    private static let metadataKept: UInt64 = 8

    init(_ scenario: Scenario.Pool, number: DeviceNumber) {
        self.scenario = scenario
        self.number = number
        blockSize = scenario.blockSize.count
        dataTotal = scenario.size.count / blockSize
        dataUsed = min(scenario.used.roundedUp(to: scenario.blockSize).count / blockSize, dataTotal)
        let advised = max(dataTotal * 64, 2 << 20)
        metadataTotal = (scenario.metadataSize?.count ?? advised) / MetadataBlocks.size.count
        errorsNow = scenario.errorsWhenFull
    }

    var dataFree: UInt64 { dataTotal - dataUsed }

    var metadataUsed: UInt64 {
        let mappings = dataUsed * SimulatedPool.metadataPerBlock / MetadataBlocks.size.count
        return min(SimulatedPool.metadataAtBirth + volumes * SimulatedPool.metadataPerVolume + mappings, metadataTotal)
    }

    /// The most that may be used with the reserve untouched.
    var unreserved: Bytes { total.less(scenario.reserve.of(total)) }
    var total: Bytes { Bytes(dataTotal * blockSize) }
    var used: Bytes { Bytes(dataUsed * blockSize) }

    enum Allocation { case done, waits, failed }

    mutating func allocate(blocks: UInt64) -> Allocation {
        guard blocks > 0 else { return health == .failed ? .failed : .done }
        guard health == .working else { return .failed }
        guard blocks <= dataFree else {
            if !isOutOfSpace {
                isOutOfSpace = true
                turn += 1
            }
            return errorsNow ? .failed : .waits
        }
        dataUsed += blocks
        if metadataUsed + SimulatedPool.metadataKept >= metadataTotal { health = .readOnly }
        return .done
    }

    mutating func release(blocks: UInt64) {
        dataUsed -= min(blocks, dataUsed)
        if blocks > 0 { spaceIsBack() }
    }

    mutating func grow(to size: Bytes) {
        dataTotal = max(dataTotal, size.count / blockSize)
        spaceIsBack()
    }

    private mutating func spaceIsBack() {
        guard isOutOfSpace, dataFree > 0 else { return }
        isOutOfSpace = false
        errorsNow = scenario.errorsWhenFull
    }

    /// The kernel has waited for a minute. False when space came back in between.
    mutating func giveUp(turn: UInt32) -> Bool {
        guard isOutOfSpace, turn == self.turn else { return false }
        errorsNow = true
        return true
    }

    mutating func wait(_ writer: Int) { waiting.append(writer) }

    mutating func takeWaiting() -> [Int] {
        defer { waiting = [] }
        return waiting
    }

    /// True the first time that free space is at the low water mark.
    mutating func passesLowWaterMark() -> Bool {
        guard !lowWaterWasPassed, Bytes(dataFree * blockSize) <= scenario.lowWaterMark else { return false }
        lowWaterWasPassed = true
        return true
    }

    var status: ThinPoolStatus {
        guard health != .failed else { return .failed }
        return .working(
            ThinPoolStatus.Report(
                transactionID: volumes, metadataUsed: MetadataBlocks(metadataUsed), metadataTotal: MetadataBlocks(metadataTotal),
                dataUsed: DataBlocks(dataUsed), dataTotal: DataBlocks(dataTotal),
                mode: health == .readOnly ? .readOnly : isOutOfSpace ? .outOfDataSpace : .readWrite,
                whenFull: errorsNow ? .error : .queue, needsCheck: health == .readOnly,
                metadataLowWaterMark: MetadataBlocks(metadataTotal / 4)))
    }

    var table: ThinPoolTable {
        ThinPoolTable(
            length: total.wholeSectors, metadataDevice: DeviceNumber(major: 7, minor: 2 * number.minor),
            dataDevice: DeviceNumber(major: 7, minor: 2 * number.minor + 1), blockSize: Bytes(blockSize).wholeSectors,
            lowWaterMark: DataBlocks(scenario.lowWaterMark.count / blockSize), errorsWhenFull: scenario.errorsWhenFull)
    }
}
