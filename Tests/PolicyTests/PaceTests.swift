// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Inventory
import Testing
import Units

@testable import Policy

struct PaceTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    /// A pace that has seen `used` after each stretch of seconds.
    private static func pace(_ stretches: [(seconds: Double, bytesPerSecond: Double)], step: Double = 15) -> Pace {
        var pace = Pace()
        var now = start
        var used = 1e12
        pace.absorb(Bytes(UInt64(used)), at: now)
        for stretch in stretches {
            var left = stretch.seconds
            while left > 0 {
                let length = min(step, left)
                left -= length
                used += length * stretch.bytesPerSecond
                now = now.advanced(by: .seconds(length))
                pace.absorb(Bytes(UInt64(used)), at: now)
            }
        }
        return pace
    }

    private func expect(_ time: Duration?, about seconds: Double, within share: Double = 0.02) {
        guard let time else {
            Issue.record("no forecast")
            return
        }
        #expect(abs(time.seconds - seconds) <= seconds * share, "\(time.seconds) is not about \(seconds)")
    }

    @Test(arguments: [1, 15, 60])
    func `A steady writer's end is told exactly, however often it is looked at`(step: Double) {
        expect(Self.pace([(600, 1e6)], step: step).time(toFill: Bytes(3_600_000_000)), about: 3600)
    }

    @Test func `A writer who has just begun counts, though the hour before was idle`() {
        let pace = Self.pace([(3600, 0), (300, 1e6)])
        // After five minutes a mean over five minutes has two thirds of it.
        expect(pace.time(toFill: Bytes(1_000_000_000)), about: 1000 / 0.632, within: 0.05)
    }

    @Test func `One who has written all day counts, though he pauses for some minutes`() {
        let pace = Self.pace([(36_000, 1e6), (600, 0)])
        expect(pace.time(toFill: Bytes(1_000_000_000)), about: 1000 / 0.846, within: 0.05)
    }

    @Test func `What is freed as fast as it is written fills nothing`() {
        let churn = (0..<60).flatMap { _ in [(15.0, 1e6), (15.0, -1e6)] }
        if let time = Self.pace(churn).time(toFill: Bytes(1_000_000_000)) {
            #expect(time > .seconds(10_000), "\(time.seconds)")
        }
        #expect(Self.pace([(3600, -1e6)]).time(toFill: Bytes(1_000_000_000)) == nil)
    }

    @Test func `Nothing is told within the first minute, of what stands still, and of what is over a year away`() {
        #expect(Self.pace([(59, 1e6)]).time(toFill: Bytes(1)) == nil)
        expect(Self.pace([(60, 1e6)]).time(toFill: Bytes(1_000_000)), about: 1)
        #expect(Self.pace([(3600, 0)]).time(toFill: Bytes(1)) == nil)
        #expect(Self.pace([(3600, 1)]).time(toFill: Bytes(400 * 86_400)) == nil)
        #expect(Pace().time(toFill: Bytes(1)) == nil)
    }

    @Test func `A growth, which changes what is used, is no writer`() {
        var pace = Self.pace([(600, 1e6)])
        let now = Self.start.advanced(by: .seconds(615))
        pace.restart(from: Bytes(5_000_000_000_000), at: now)
        pace.absorb(Bytes(5_000_015_000_000), at: now.advanced(by: .seconds(15)))
        expect(pace.time(toFill: Bytes(1_000_000_000)), about: 1000)
    }
}

struct MetadataOutlookTests {
    /// Of 163,840 blocks.
    private static func pool(mapped: Double, metadataUsed: UInt64) -> Pool {
        let size = Bytes.gibibytes(10)
        return Made.pool(
            size: size, used: Bytes(UInt64(Double(size.count) * mapped)), metadataUsed: metadataUsed, metadataTotal: 4096)
    }

    @Test func `What its own blocks take is reckoned for those that are not mapped yet`() throws {
        // 81,920 blocks mapped; 11 blocks of 4 KiB are the space maps'.
        let needed = try #require(Self.pool(mapped: 0.5, metadataUsed: 11 + 500).metadataNeeded)
        // 500 × 4,096 / 81,920 = 25 bytes each, for as many again.
        #expect(needed == Bytes((11 + 500) * 4096 + 81_920 * 25))
    }

    @Test func `No block takes less than its entry, and none is reckoned with more than the kernel's own guess`() throws {
        let least = try #require(Self.pool(mapped: 0.5, metadataUsed: 12).metadataNeeded)
        #expect(least == Bytes(12 * 4096 + 81_920 * 16))
        let most = try #require(Self.pool(mapped: 0.5, metadataUsed: 4000).metadataNeeded)
        #expect(most == Bytes(4000 * 4096 + 81_920 * 48))
    }

    @Test func `With little mapped, and without figures, nothing is said`() {
        #expect(Self.pool(mapped: 0.001, metadataUsed: 20).metadataNeeded == nil)
        var failed = Self.pool(mapped: 0.5, metadataUsed: 20)
        failed.status = .failed
        #expect(failed.metadataNeeded == nil)
    }

    @Test func `A full pool needs what it has`() {
        #expect(Self.pool(mapped: 1, metadataUsed: 900).metadataNeeded == Bytes(900 * 4096))
    }
}
