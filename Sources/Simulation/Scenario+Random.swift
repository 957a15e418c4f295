// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Dice
import Filesystem
import Host
import Owners
public import Units

extension Scenario {
    /// A host of a busy afternoon, from a seed: every kind of owner, filesystem and writer, containers that come and go.
    /// For trying things at scale, and for tests that look for what nobody thought of.
    public static func random(seed: UInt64, shape: Shape = Shape()) -> Scenario {
        var generator = SplitMix64(seed: seed)
        var scenario = Scenario()
        scenario.seed = seed
        for number in 0..<shape.pools { scenario.pools.append(.random(number, shape: shape, &generator)) }
        for number in 0..<shape.volumes {
            let pool = scenario.pools[number % shape.pools]
            scenario.volumes.append(.random(number, in: pool, shape: shape, &generator))
        }
        if shape.faults > 0 {
            for _ in 0..<shape.faults { scenario.faults.append(.random(in: scenario, shape: shape, &generator)) }
            scenario.chances.loadFails = .percent(2)
            scenario.chances.resumeFails = .percent(2)
            scenario.chances.growFails = .percent(2)
        }
        return scenario
    }

    /// What a random scenario is like.
    public struct Shape: Hashable, Sendable {
        public var pools = 2
        public var volumes = 20
        /// For how long things are to happen.
        public var length = Duration.seconds(3600)
        /// Of each pool, as a multiple of the volumes' sizes at birth in it.
        public var roominess: ClosedRange<Double> = 0.8...4
        /// No writer is faster.
        public var fastestRate = ByteRate(.mebibytes(256), per: .seconds(1))
        /// Of the volumes, how many are written to.
        public var busy = Ratio.percent(50)
        /// Of the volumes, how many come or go on the way.
        public var fleeting = Ratio.percent(30)
        public var faults = 0

        public init() {}
    }
}

extension Scenario.Pool {
    fileprivate static func random(_ number: Int, shape: Scenario.Shape, _ generator: inout SplitMix64) -> Scenario.Pool {
        let share = UInt64((shape.volumes + shape.pools - 1) / max(shape.pools, 1))
        let roominess = shape.roominess.lowerBound + generator.unit() * (shape.roominess.upperBound - shape.roominess.lowerBound)
        let born = Double(Scenario.Volume.typicalSize.scaled(by: share).count)
        var pool = Scenario.Pool(name: DeviceName("pool-\(number)"), size: .gibibytes(1) + Bytes(UInt64(born * roominess)))
        pool.blockSize = generator.one(of: [.kibibytes(64), .kibibytes(128), .kibibytes(512)])
        pool.errorsWhenFull = generator.happens(.percent(30))
        pool.lowWaterMark = Ratio.percent(10).of(pool.size)
        pool.owner = generator.one(of: [.plain, .containerd, .docker(minimumFree: .percent(10))])
        return pool
    }
}

extension Scenario.Volume {
    /// Of random volumes, on the average.
    fileprivate static let typicalSize = Bytes.gibibytes(1)

    fileprivate static func random(
        _ number: Int, in pool: Scenario.Pool, shape: Scenario.Shape, _ generator: inout SplitMix64
    ) -> Scenario.Volume {
        let kind: FilesystemKind = generator.happens(.percent(30)) ? .xfs : .ext4
        let size = Bytes.mebibytes(kind == .xfs ? generator.number(in: 300...1700) : generator.number(in: 128...1900))
        var volume = Scenario.Volume(name: DeviceName("volume-\(number)"), pool: pool.name, size: size, kind: kind)
        volume.owner = owner(number, &generator)
        if case .filesystem(var filesystem) = volume.content {
            filesystem.used = Bytes(UInt64(Double(size.count) * 0.4 * generator.unit()))
            filesystem.isMounted = !volume.owner.isParent || generator.happens(.percent(20))
            filesystem.reusesFreedSpace = generator.happens(.percent(70))
            filesystem.isReadOnly = generator.happens(.percent(2))
            if generator.happens(.percent(10)) { volume.device += .mebibytes(generator.number(in: 1...512)) }
            volume.content = .filesystem(filesystem)
        }
        if generator.happens(.percent(3)) { volume.content = .foreign(signature: "LUKS") }
        if generator.happens(shape.fleeting) {
            if generator.happens(.percent(70)) { volume.appears = generator.duration(in: .zero...shape.length) }
            if generator.happens(.percent(50)) {
                volume.vanishes = (volume.appears ?? .zero) + generator.duration(in: .seconds(1)...max(shape.length, .seconds(1)))
            }
        }
        if case .filesystem = volume.content, generator.happens(shape.busy) {
            for _ in 0..<generator.number(in: 1...2) { volume.writers.append(.random(shape: shape, &generator)) }
        }
        return volume
    }

    private static func owner(_ number: Int, _ generator: inout SplitMix64) -> Owner {
        let container = Container(
            id: generator.hexadecimal(digits: 64), name: "container-\(number)",
            image: generator.one(of: ["web:1", "postgres:16"]))
        switch generator.number(in: 0...10) {
        case 0: return .docker(DockerVolume(role: .layer, hash: generator.hexadecimal(digits: 64)))
        case 1: return .containerd(ContainerdSnapshot(role: .snapshot, number: UInt64(number)))
        case 2: return .lvm(LogicalVolume(volumeGroup: "volume", name: "\(number)"))
        case 10: return .lxd(LXDVolume(container: "container-\(number)", of: container, volumeGroup: "volume"))
        case 3...5: return .docker(DockerVolume(role: .container, hash: generator.hexadecimal(digits: 64), container: container))
        case 6...7: return .containerd(ContainerdSnapshot(role: .container, number: UInt64(number), container: container))
        default: return .plain
        }
    }
}

extension Scenario.Writer {
    fileprivate static func random(shape: Scenario.Shape, _ generator: inout SplitMix64) -> Scenario.Writer {
        // From a kibibyte a second to the fastest, even in orders of magnitude.
        let fastest = shape.fastestRate.bytesPerSecond
        let slowest = min(1024, fastest)
        var rate = slowest
        var factor = fastest / slowest
        while factor > 2 {
            if generator.happens(.percent(55)) { rate *= 2 }
            factor /= 2
        }
        var writer = Scenario.Writer(rate: ByteRate(bytesPerSecond: min(rate * (1 + generator.unit()), fastest)))
        writer.starts = generator.duration(in: .zero...(shape.length / 2))
        if generator.happens(.percent(30)) {
            writer.stops = writer.starts + generator.duration(in: .seconds(1)...max(shape.length, .seconds(1)))
        }
        // However fast, it stays within what an afternoon's writers do.
        writer.amount = .mebibytes(generator.number(in: 1...3_000))
        if generator.happens(.percent(50)) {
            writer.burst = Scenario.Burst(
                amount: .mebibytes(generator.number(in: 1...700)),
                every: generator.duration(in: .seconds(5)...max(shape.length / 10, .seconds(5))))
        }
        if generator.happens(.percent(30)) {
            writer.deletes = Scenario.Deletion(
                share: .percent(UInt(generator.number(in: 5...100))),
                every: generator.duration(in: .seconds(10)...max(shape.length / 5, .seconds(10))))
        }
        if generator.happens(.percent(50)) { writer.retries = generator.duration(in: .seconds(1) ... .seconds(60)) }
        return writer
    }
}

extension Scenario.Fault {
    fileprivate static func random(in scenario: Scenario, shape: Scenario.Shape, _ generator: inout SplitMix64) -> Scenario.Fault
    {
        // A pool that fails ends everything in it: that is for tests of its own.
        let kind = generator.one(of: Kind.allCases.filter { !$0.isOfPool })
        return Scenario.Fault(
            kind, generator.one(of: scenario.volumes).name, at: generator.duration(in: .zero...shape.length),
            lasts: generator.duration(in: .milliseconds(100)...max(shape.length / 10, .milliseconds(100))),
            times: generator.happens(.percent(50)) ? Int(generator.number(in: 1...3)) : nil)
    }
}
