// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Host
import Policy
import Testing
import Units

@testable import Journal

/// What the journal should say, in memory.
private struct Model {
    var limits: Journal.Limits
    var births: [VolumeIdentity: (size: Bytes, seen: WallTime)] = [:]
    var growths: [JournaledGrowth] = []

    mutating func finish(_ id: GrowthID, _ outcome: GrowthOutcome) -> Bool {
        guard let index = growths.firstIndex(where: { $0.id == id && $0.outcome == nil }) else { return false }
        let growth = growths[index]
        growths[index] = JournaledGrowth(id: id, order: growth.order, startedAt: growth.startedAt, outcome: outcome)
        let oldest = outcome.finishedAt.seconds - limits.growthAge.seconds
        growths.removeAll { ($0.outcome?.finishedAt.seconds ?? .infinity) < oldest }
        let kept = Set(growths.filter { $0.outcome != nil }.map(\.id).suffix(limits.growths))
        growths.removeAll { $0.outcome != nil && !kept.contains($0.id) }
        return true
    }
}

@Suite struct ModelTests {
    @Test func `Over any run of calls and restarts the journal says what a model in memory says`() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("ModelTests: seed \(seed)")
        var random = SplitMix64(seed: seed)
        let scratch = try Scratch()
        var limits = Journal.Limits()
        limits.growths = 12
        limits.growthAge = .seconds(40 * 86_400)
        var journal = try await Journal.open(directory: scratch.path, limits: limits)
        var model = Model(limits: limits)
        for step in 0..<600 {
            let time = WallTime.day(step / 4 + Int(random.next() % 5))
            let volume = VolumeIdentity.numbered(Int(random.next() % 12))
            switch random.next() % 12 {
            case 0, 1, 2:
                let size = Bytes(random.next() >> 1)
                try await journal.recordBirth(of: volume, size: size, at: time)
                let known = model.births[volume]
                model.births[volume] = (min(known?.size ?? size, size), max(known?.seen ?? time, time))
            case 3:
                try await journal.markSeen([volume], at: time)
                if let known = model.births[volume] { model.births[volume] = (known.size, max(known.seen, time)) }
            case 4:
                let since = WallTime(seconds: time.seconds - 20 * 86_400)
                let count = try await journal.forgetBirths(notSeenSince: since)
                #expect(count == model.births.filter { $0.value.seen < since }.count, "seed \(seed), step \(step)")
                model.births = model.births.filter { $0.value.seen >= since }
            case 5, 6, 7:
                let order = Order.numbered(step)
                let id = try await journal.begin(order, at: time)
                #expect(model.growths.allSatisfy { $0.id < id }, "seed \(seed), step \(step)")
                model.growths.append(JournaledGrowth(id: id, order: order, startedAt: time))
            case 8, 9, 10:
                guard let id = model.growths.randomElement(using: &random)?.id else { continue }
                let result = GrowthOutcome.Result.allCases.randomElement(using: &random) ?? .done
                let outcome = GrowthOutcome(
                    result, finishedAt: time, reached: result == .interrupted ? nil : Bytes(random.next()))
                if model.finish(id, outcome) {
                    try await journal.finish(id, outcome)
                } else {
                    await #expect(throws: JournalError.notOpen(id)) { try await journal.finish(id, outcome) }
                }
            default:
                if random.next() % 2 == 0 { await journal.close() }
                journal = try await Journal.open(directory: scratch.path, limits: limits)
            }
            try #require(try await journal.births() == model.births.mapValues(\.size), "seed \(seed), step \(step)")
            try #require(
                try await journal.unfinished() == model.growths.filter { $0.outcome == nil }, "seed \(seed), step \(step)")
            try #require(try await journal.recent(1000) == model.growths.reversed(), "seed \(seed), step \(step)")
        }
    }
}
