// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

/// A writer at work.
struct SimulatedWriter: Sendable {
    let scenario: Scenario.Writer
    /// Its place in the world's volumes.
    let volume: Int
    var isWriting = false
    /// It has written everything, has given up, or its volume is gone.
    var isDone = false
    /// Goes up whenever a write that was due is called off.
    var turn: UInt32 = 0
    var burstBegan = MonotonicTime.zero
    private(set) var burstLeft: UInt64 = .max
    private(set) var amountLeft: UInt64
    private(set) var outcome: WriterOutcome
    private let chunk: UInt64

    /// A write is so large, but for fast writers, who write at least each two milliseconds' worth.
    private static let chunks: ClosedRange<UInt64> = 64 << 10...512 << 10

    init(_ scenario: Scenario.Writer, volume: Int, name: DeviceName) {
        self.scenario = scenario
        self.volume = volume
        outcome = WriterOutcome(volume: name)
        amountLeft = scenario.amount?.count ?? .max
        let wanted = scenario.rate.amount(in: .milliseconds(250)).count
        let limits = SimulatedWriter.chunks
        chunk = max(min(max(wanted, limits.lowerBound), limits.upperBound), scenario.rate.amount(in: .milliseconds(2)).count)
    }

    /// What the next write asks for.
    var nextWrite: UInt64 { min(chunk, burstLeft, amountLeft) }

    func time(toWrite bytes: UInt64) -> Duration {
        .nanoseconds(Int64(min(Double(bytes) / scenario.rate.bytesPerSecond * 1e9, 9e18)))
    }

    mutating func beginBurst(at time: MonotonicTime) {
        burstBegan = time
        burstLeft = scenario.burst?.amount.count ?? .max
        isWriting = true
    }

    mutating func wrote(_ bytes: UInt64) {
        burstLeft -= bytes
        amountLeft -= bytes
        outcome.written += Bytes(bytes)
    }

    mutating func sawNoSpace(at time: MonotonicTime) {
        outcome.noSpace += 1
        outcome.firstNoSpace = outcome.firstNoSpace ?? time
    }

    mutating func sawError(at time: MonotonicTime) {
        outcome.errors += 1
        outcome.firstError = outcome.firstError ?? time
    }
}
