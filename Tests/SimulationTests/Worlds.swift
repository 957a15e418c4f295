// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Filesystem
import Host
import Owners
import Units

@testable import Simulation

extension Scenario {
    /// A pool and an ext4 volume of 1 GiB.
    static func oneVolume(
        pool: Bytes = .gibibytes(10), size: Bytes = .gibibytes(1), kind: FilesystemKind = .ext4,
        _ change: (inout Volume) -> Void = { _ in }
    ) -> Scenario {
        var scenario = Scenario()
        scenario.pools = [Pool(name: "pool", size: pool)]
        var volume = Volume(name: "volume", pool: "pool", size: size, kind: kind)
        change(&volume)
        scenario.volumes = [volume]
        return scenario
    }

    /// A pool of 1 GiB with a volume of 2 GiB that is being filled.
    static func tightPool(growingAt time: Duration? = nil) -> Scenario {
        var scenario = oneVolume(pool: .gibibytes(1), size: .gibibytes(2)) { $0.writers = [.steady(.mebibytes(64))] }
        if let time { scenario.pools[0].growths = [Pool.Growth(at: time, size: .gibibytes(4))] }
        return scenario
    }
}

extension LXDVolume {
    static let web = LXDVolume(container: "web", of: Container(id: "web", name: "web"), volumeGroup: "vg")
}

extension Scenario.Writer {
    static func steady(_ perSecond: Bytes) -> Scenario.Writer { Scenario.Writer(rate: ByteRate(perSecond, per: .seconds(1))) }
}

struct SeenVolume {
    var usage: FilesystemUsage
    var geometry: FilesystemGeometry?
    var mapped: Bytes
    var length: Sectors
}

/// A world on the bench: a reference, so that looking at it may change it.
final class Bench {
    var world: World

    init(_ scenario: Scenario) throws { world = try World(scenario) }

    var chronicle: Chronicle { world.chronicle }
    var outcomes: [WriterOutcome] { world.outcomes }

    func advance(by duration: Duration) { world.advance(to: world.now.advanced(by: duration)) }

    func look(_ scope: Facts.Scope = .everything) -> Facts { world.look(scope) }

    /// What a look shows of a mounted volume.
    func volume(_ name: DeviceName = "volume") -> SeenVolume? {
        guard let fact = look(.volumes([name])).volumes.first, case .mounted(let filesystem) = fact.content,
            case .usage(let usage) = filesystem.reading, case .working(let mapped, _) = fact.status
        else { return nil }
        return SeenVolume(usage: usage, geometry: filesystem.geometry, mapped: mapped.bytes, length: fact.table.length)
    }

    func poolReport() -> ThinPoolStatus.Report? {
        guard case .working(let report)? = look().pools.first?.status else { return nil }
        return report
    }

    func identity(_ name: DeviceName = "volume", thinID: UInt32 = 1) -> VolumeIdentity {
        VolumeIdentity(name: name, uuid: "", poolName: "pool", thinID: thinID)
    }

    /// A step from its beginning to its end.
    func perform(_ step: Step) -> StepReport {
        let ticket = world.begin(step)
        world.advance(to: ticket.ends)
        return world.finish(ticket)
    }

    /// Loads, resumes and grows.
    func grow(to size: Bytes, kind: FilesystemKind = .ext4) {
        _ = perform(.loadTable(identity(), length: size.wholeSectors))
        _ = perform(.resume(identity(), length: size.wholeSectors))
        _ = perform(.growFilesystem(identity(), kind: kind, size: size))
    }
}

extension PerformedStep {
    var duration: Duration { ended.since(began) }
}
