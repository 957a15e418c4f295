// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Host
import Journal
import Logging
import Policy
import Testing
import Units

@testable import Engine

@Suite("Growths that a crash cut off")
struct CutOffTests {
    private static func order(_ reason: Need, to: Bytes = .mebibytes(512)) -> Order {
        Order(
            volume: .volume("web", id: 1), kind: .ext4, reason: reason, from: .mebibytes(256), to: to,
            deviceFrom: Bytes.mebibytes(256).wholeSectors, deviceTo: Bytes.gibibytes(1).wholeSectors, price: .zero)
    }

    /// What the journal says became of it, and the steps that the next start took.
    private func fate(
        of order: Order, device: Bytes?, filesystem: Bytes = .mebibytes(256), mode: Mode = .observe
    ) async throws -> (text: String, steps: [String]) {
        let bench = try await BenchJournal()
        let id = try await bench.journal.begin(order, at: WallTime(seconds: 1))
        let host = BenchHost()
        host.with { state in
            if let device { state.volumes = [BenchHost.volume("web", id: 1, size: device, filesystem: filesystem)] }
        }
        var rules = Rules()
        rules.mode = mode
        let loaded = LoadedRules(rules: rules, file: nil)
        let engine = Engine(
            host: host, rules: loaded, books: .journal(bench.journal), version: "0", logger: Logger(label: "test"),
            actsOnPlan: false
        ) { () throws(ReloadError) in loaded }
        await engine.lookOnce()
        #expect(try await bench.journal.unfinished() == [])
        let growth = try #require(try await bench.journal.recent(10).first { $0.id == id })
        #expect(growth.outcome?.result == .interrupted)
        let steps = host.events.compactMap { if case .step(let name, _) = $0 { name } else { nil } }
        return (growth.outcome?.failure ?? "", steps.filter { $0 != "clear_table" })
    }

    @Test func `what somebody asked for is finished in every mode, once its device is long enough`() async throws {
        let (text, steps) = try await fate(of: Self.order(.manual), device: .gibibytes(1))
        #expect(text == "finished now")
        #expect(steps == ["grow_filesystem"])
    }

    @Test func `a filesystem that got only half of the way goes the rest`() async throws {
        let order = Self.order(.manual, to: .mebibytes(1024))
        let (text, steps) = try await fate(of: order, device: .gibibytes(1), filesystem: .mebibytes(512))
        #expect(text == "finished now")
        #expect(steps == ["grow_filesystem"])
    }

    @Test func `what a rule asked for is finished where the rule may act, and left where it may not`() async throws {
        let left = try await fate(of: Self.order(.threshold), device: .gibibytes(1))
        #expect(left.text.hasPrefix("left as it is in this mode"))
        #expect(left.steps.isEmpty)
        let finished = try await fate(of: Self.order(.threshold), device: .gibibytes(1), mode: .enforce)
        #expect(finished.text == "finished now")
        #expect(finished.steps == ["grow_filesystem"])
    }

    @Test func `before its device got its length nothing has changed, and nothing is changed`() async throws {
        let (text, steps) = try await fate(of: Self.order(.manual), device: .mebibytes(256), mode: .enforce)
        #expect(text == "undone, nothing has changed")
        #expect(steps.isEmpty)
    }

    @Test func `one that had come to its end is not carried out again`() async throws {
        let (text, steps) = try await fate(of: Self.order(.manual), device: .gibibytes(1), filesystem: .mebibytes(510))
        #expect(text == "it had been finished")
        #expect(steps.isEmpty)
    }

    @Test func `a runway is a device's length alone`() async throws {
        let (text, steps) = try await fate(of: Self.order(.burst, to: .mebibytes(256)), device: .gibibytes(1), mode: .enforce)
        #expect(text.hasPrefix("finished, its device is"))
        #expect(steps.isEmpty)
    }

    @Test func `of a volume that is not there it is said so`() async throws {
        let (text, steps) = try await fate(of: Self.order(.manual), device: nil)
        #expect(text == "the volume is not there now")
        #expect(steps.isEmpty)
    }
}
