// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Inventory
import Policy
import Testing
import Units

@Suite struct ManualTests {
    private let volume = Made.volume(size: .gibibytes(1))

    private func order(_ target: GrowthTarget, pool: Pool = Made.pool(), rules: Rules = Rules()) throws(Refusal) -> Order {
        try Policy.order(
            growing: volume, to: target, in: Made.snapshot([pool], [volume]), rules: rules, history: Made.history(of: [volume]),
            now: .zero)
    }

    private func reason(_ target: GrowthTarget, pool: Pool = Made.pool(), rules: Rules = Rules()) -> Refusal.Reason? {
        do throws(Refusal) {
            _ = try order(target, pool: pool, rules: rules)
            return nil
        } catch { return error.reason }
    }

    @Test func `a person's growth is exact and works in observe mode`() throws {
        #expect(try order(.to(.gibibytes(3))).to == .gibibytes(3))
        #expect(try order(.by(.gibibytes(3))).to == .gibibytes(4))
        #expect(try order(.to(.gibibytes(3))).reason == .manual)
    }

    @Test func `a smaller or equal size is refused`() {
        #expect(reason(.to(.gibibytes(1))) == .notLarger)
        #expect(reason(.to(.mebibytes(5))) == .notLarger)
        #expect(reason(.by(.zero)) == .notLarger)
    }

    @Test func `a size beyond the pool and a size into the reserve are told apart`() {
        #expect(reason(.to(.gibibytes(11))) == .beyondPool)
        #expect(reason(.to(.gibibytes(9) + .mebibytes(900))) == .reserve)
    }

    @Test func `a maximum size holds for people too, the share against runaways does not`() {
        #expect(reason(.to(.gibibytes(7))) == nil)
        #expect(reason(.to(.gibibytes(3)), rules: Made.enforcing { $0.maximumSize = .gibibytes(2) }) == .maximumSize)
    }

    @Test func `a sum beyond every size does not wrap`() {
        #expect(reason(.by(Bytes(.max))) == .beyondPool)
    }
}
