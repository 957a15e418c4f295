// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Dice
import Filesystem
import Glibc
import Host
import Inventory
import Owners
import Policy
import Simulation
import Units

/// A random world and random rules, looked at again and again; what the policy orders is carried out at once.
/// Remembers by itself what each filesystem was born with, so that promises are reckoned without the policy's help.
struct SimulatedBench {
    private var world: World
    let rules: Rules
    private(set) var history = History()
    private(set) var births: [VolumeIdentity: Bytes] = [:]
    private var snapshot: Snapshot?
    private var generator: SplitMix64
    /// What people and alerts have set: some of it comes and goes with each look.
    private(set) var overrides: [Override] = []
    private var overridesMade: UInt64 = 0

    init(seed: UInt64) throws {
        var shape = Scenario.Shape()
        shape.volumes = 24
        shape.length = .seconds(600)
        shape.faults = 8
        shape.roominess = 0.6...2
        var scenario = Scenario.random(seed: seed, shape: shape)
        scenario.chances.badSample = .percent(1)
        generator = SplitMix64(seed: seed, stream: 1)
        // Some pools have metadata for less than their data.
        for place in scenario.pools.indices where generator.happens(.percent(40)) {
            let blocks = scenario.pools[place].size.count / scenario.pools[place].blockSize.count
            scenario.pools[place].metadataSize = max(.mebibytes(1), Bytes(blocks * generator.number(in: 8...48)))
        }
        world = try World(scenario)
        rules = .random(&generator)
    }

    /// The host some time later, and the moment the plan is made.
    mutating func nextSnapshot() -> (Snapshot, now: MonotonicTime) {
        let pause = generator.duration(in: .milliseconds(50) ... .seconds(40))
        world.advance(to: world.now.advanced(by: pause))
        let joined = Snapshot(joining: world.look(.everything), onto: snapshot)
        snapshot = joined
        history.absorb(joined.volumes)
        history.forgetAbsent(from: joined)
        for volume in joined.volumes where births[volume.identity] == nil {
            if let size = volume.filesystem?.geometry?.size { births[volume.identity] = size }
        }
        changeOverrides(joined)
        return (joined, world.now)
    }

    /// Most orders are carried out, some fail, some stay under way.
    mutating func carryOut(_ plan: Plan) {
        for decision in plan.decisions {
            guard case .grow(let order) = decision.verdict else { continue }
            history.began(order)
            spend(order)
            guard generator.unit() > 0.1 else { continue }
            let start = world.now
            var done = true
            if order.deviceTo > order.deviceFrom, case .byLogicalVolume(let volume) = order.lasting {
                done = perform(.extend(order.volume, volume, length: order.deviceTo))
            } else if order.deviceTo > order.deviceFrom, case .byInstance(let volume) = order.lasting {
                done = perform(.resizeInstance(order.volume, volume, length: order.deviceTo))
            } else if order.deviceTo > order.deviceFrom {
                done = perform(.loadTable(order.volume, length: order.deviceTo))
                done = done && perform(.resume(order.volume, length: order.deviceTo))
            }
            done = done && perform(.growFilesystem(order.volume, kind: order.kind, size: order.to))
            history.ended(
                order, failure: done ? nil : "a step failed", reached: done ? order.to : order.from, took: world.now.since(start),
                now: world.now)
        }
    }

    private mutating func perform(_ step: Step) -> Bool {
        let ticket = world.begin(step)
        world.advance(to: ticket.ends)
        return world.finish(ticket).outcome == .done
    }

    private mutating func spend(_ order: Order) {
        guard let exceeds = order.exceeds, let place = overrides.firstIndex(where: { $0.id == exceeds.override }) else { return }
        overrides[place].spent += exceeds.bytes
    }

    private mutating func changeOverrides(_ snapshot: Snapshot) {
        if generator.happens(.percent(15)), !overrides.isEmpty {
            overrides.remove(at: Int(generator.number(in: 0...UInt64(overrides.count - 1))))
        }
        while generator.happens(.percent(40)), !snapshot.volumes.isEmpty {
            overridesMade += 1
            let volume = generator.one(of: snapshot.volumes)
            let scope: Override.Scope = generator.one(of: [
                .volume(volume.identity), .volume(volume.identity), .volumes(Glob("\(volume.name)".prefix(4) + "*")),
                .pool(volume.poolName), .all,
            ])
            let pin = Override.Pin(
                threshold: generator.happens(.percent(50)) ? .percent(UInt(generator.number(in: 10...100))) : nil,
                target: generator.happens(.percent(50)) ? .percent(UInt(generator.number(in: 5...100))) : nil,
                maximumSize: generator.happens(.percent(50)) ? .mebibytes(generator.number(in: 64...8_192)) : nil)
            let bound = Override.Kind.exceedReserve(bound: .mebibytes(generator.number(in: 1...2_048)))
            overrides.append(
                Override(
                    id: OverrideID(overridesMade), kind: generator.one(of: [.hold, .pause, .pin(pin), bound, bound]),
                    scope: scope,
                    asked: Asked(author: "somebody", source: generator.one(of: [.cli, .api, .alert, .alert])),
                    start: WallTime(seconds: Double(overridesMade)), end: nil))
        }
    }

    /// The plan under what is set.
    func plan(
        _ snapshot: Snapshot, now: MonotonicTime, deciding names: Set<DeviceName>? = nil, previous: Plan? = nil
    ) -> Plan {
        Policy.plan(
            snapshot, rules: rules, history: history, overrides: Overrides(overrides), now: now, deciding: names,
            previous: previous)
    }

    var violations: [Violation] { world.chronicle.violations }

    mutating func shuffled(_ snapshot: Snapshot) -> Snapshot {
        var other = snapshot
        other.volumes.shuffle(using: &generator)
        other.pools.shuffle(using: &generator)
        return other
    }
}

extension Rules {
    fileprivate static func random(_ generator: inout SplitMix64) -> Rules {
        var rules = Rules()
        rules.mode = generator.one(of: [.enforce, .enforce, .enforce, .observe])
        var pool = PoolRule()
        if generator.happens(.percent(50)) { pool.dataReserve = .percent(UInt(generator.number(in: 0...40))) }
        if generator.happens(.percent(50)) { pool.metadataReserve = .percent(UInt(generator.number(in: 0...40))) }
        if generator.happens(.percent(30)) { pool.overcommitLimit = Ratio(0.5 + 2 * generator.unit()) }
        if generator.happens(.percent(50)) {
            pool.assumedFillRate = ByteRate(.mebibytes(generator.number(in: 1...1_000)), per: .seconds(1))
        }
        rules.pools = [pool]
        for name in ["containers", "everything"] {
            var rule = VolumeRule(name: name)
            if name == "containers" { rule.match.container = Glob("container-*") }
            rule.mode = generator.one(of: [nil, nil, nil, .enforce, .observe, .off])
            rule.threshold = .percent(UInt(generator.number(in: 10...100)))
            rule.target = Ratio(rule.threshold.value * (0.2 + 0.75 * generator.unit())) ?? .percent(5)
            rule.minimumStep = .mebibytes(generator.number(in: 1...512))
            rule.maximumStep = rule.minimumStep + .mebibytes(generator.number(in: 0...4_096))
            if generator.happens(.percent(30)) { rule.minimumSize = .mebibytes(generator.number(in: 64...4_096)) }
            if generator.happens(.percent(50)) {
                rule.maximumSize = (rule.minimumSize ?? .zero) + .mebibytes(generator.number(in: 64...8_192))
            }
            rule.maximumShare = .percent(UInt(generator.number(in: 1...100)))
            if generator.happens(.percent(30)) { rule.cooldown = .seconds(Int64(generator.number(in: 1...120))) }
            rules.volumes.append(rule)
        }
        return rules
    }
}

/// The seeds that a property is tried with: so many, or HEADROOM_SEEDS of them, or the one in HEADROOM_SEED to see a failure
/// again.
enum SimulatedSeeds {
    static func some(_ count: Int) -> [UInt64] {
        if let seed = number("HEADROOM_SEED") { return [seed] }
        return (0..<(number("HEADROOM_SEEDS") ?? UInt64(count))).map { $0 &* 15_485_863 &+ 1 }
    }

    private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}
