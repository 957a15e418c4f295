// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Units

/// What in a scenario cannot be.
public struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    public var item: Item
    public var text: String

    /// The part of the scenario it is about, by its place there.
    public enum Item: Hashable, Sendable {
        case scenario
        case pool(Int)
        case volume(Int)
        case writer(volume: Int, Int)
        case fault(Int)
    }

    public init(_ item: Item, _ text: String) {
        self.item = item
        self.text = text
    }

    public var description: String { text }
}

extension Scenario {
    private static let blockSizes: ClosedRange<Bytes> = .kibibytes(64) ... .gibibytes(1)
    private static let smallestFilesystem: [FilesystemKind: Bytes] = [.ext4: .mebibytes(16), .xfs: .mebibytes(300)]
    private static let longestName = 127

    func check() throws(ScenarioError) {
        guard speed > 0, speed.isFinite else { throw ScenarioError(.scenario, "speed is \(speed): it is a number above 0") }
        guard pools.count <= Limits.pools, volumes.count <= Limits.volumes else {
            throw ScenarioError(
                .scenario,
                "\(pools.count) pools and \(volumes.count) volumes: at most \(Limits.pools) and \(Limits.volumes) are simulated")
        }
        var known: [DeviceName: Pool] = [:]
        for (place, pool) in pools.enumerated() {
            try check(pool, place)
            guard known.updateValue(pool, forKey: pool.name) == nil else {
                throw ScenarioError(.pool(place), "pool \(pool.name) is here a second time: give it another name")
            }
        }
        for (place, volume) in volumes.enumerated() { try check(volume, place, pools: known) }
        try checkNamesInTime()
        try checkBirths()
        let names = Set(volumes.map(\.name))
        for (place, fault) in faults.enumerated() {
            let isThere = fault.kind.isOfPool ? known[fault.target] != nil : names.contains(fault.target)
            guard isThere else {
                throw ScenarioError(
                    .fault(place),
                    "\(fault.kind.rawValue) wants a \(fault.kind.isOfPool ? "pool" : "volume"), and none is called \(fault.target)"
                )
            }
        }
    }

    private func check(_ pool: Pool, _ place: Int) throws(ScenarioError) {
        func wrong(_ text: String) -> ScenarioError { ScenarioError(.pool(place), "pool \(pool.name): \(text)") }
        try check(pool.name, .pool(place))
        guard Scenario.blockSizes.contains(pool.blockSize), pool.blockSize.count % Bytes.kibibytes(64).count == 0 else {
            throw wrong("its block size is \(pool.blockSize): it is a multiple of 64KiB, at most 1GiB")
        }
        guard pool.size >= pool.blockSize else { throw wrong("\(pool.size) is less than one of its blocks") }
        guard pool.used <= pool.size else { throw wrong("\(pool.used) are used of \(pool.size)") }
        guard pool.reserve <= .one else { throw wrong("its reserve is \(pool.reserve): at most 100%") }
        if let metadata = pool.metadataSize, metadata < .mebibytes(1) {
            throw wrong("\(metadata) of metadata: at least 1MiB is needed")
        }
    }

    private func check(_ name: DeviceName, _ item: ScenarioError.Item) throws(ScenarioError) {
        guard !name.bytes.isEmpty, name.bytes.count <= Scenario.longestName, !name.bytes.contains(0) else {
            throw ScenarioError(item, "the name \(name) is empty, longer than \(Scenario.longestName) bytes, or holds a NUL")
        }
    }

    private func check(_ volume: Volume, _ place: Int, pools: [DeviceName: Pool]) throws(ScenarioError) {
        func wrong(_ text: String) -> ScenarioError { ScenarioError(.volume(place), "volume \(volume.name): \(text)") }
        try check(volume.name, .volume(place))
        guard pools[volume.pool] != nil else { throw wrong("no pool is called \(volume.pool)") }
        guard volume.device >= .mebibytes(1) else { throw wrong("its device of \(volume.device) is too small: at least 1MiB") }
        if let end = volume.vanishes, end <= volume.appears ?? .zero { throw wrong("it vanishes before it appears") }
        if case .filesystem(let filesystem) = volume.content {
            guard filesystem.size <= volume.device else {
                throw wrong("its filesystem of \(filesystem.size) is larger than its device of \(volume.device)")
            }
            let least = Scenario.smallestFilesystem[filesystem.kind] ?? .mebibytes(16)
            guard filesystem.size >= least else {
                throw wrong("\(filesystem.size) is too small for \(filesystem.kind.name): at least \(least)")
            }
            let usable = SimulatedFilesystem(filesystem, mountPoint: "").capacity
            guard filesystem.used.count <= usable else { throw wrong("\(filesystem.used) are used, and \(Bytes(usable)) can be") }
        } else if !volume.writers.isEmpty {
            throw wrong("it has writers and no filesystem")
        }
        for (number, writer) in volume.writers.enumerated() {
            guard writer.rate > .zero, writer.deletes.map({ $0.every > .zero && $0.share <= .one }) ?? true,
                writer.burst.map({ $0.amount > .zero && $0.every > .zero }) ?? true, writer.retries != .zero
            else {
                throw ScenarioError(
                    .writer(volume: place, number),
                    "a writer of \(volume.name): rate, amounts and times are above zero, a share is at most 100%")
            }
        }
    }

    /// No two devices have one name at one time.
    private func checkNamesInTime() throws(ScenarioError) {
        var lives: [DeviceName: [Range<Duration>]] = [:]
        for pool in pools { lives[pool.name] = [.zero ..< .seconds(Int64.max)] }
        for (place, volume) in volumes.enumerated() {
            let life = (volume.appears ?? .zero)..<(volume.vanishes ?? .seconds(Int64.max))
            guard !lives[volume.name, default: []].contains(where: { $0.overlaps(life) }) else {
                throw ScenarioError(.volume(place), "volume \(volume.name): another device has that name at that time")
            }
            lives[volume.name, default: []].append(life)
        }
    }

    /// What is there from the beginning fits its pool.
    private func checkBirths() throws(ScenarioError) {
        var used = Dictionary(pools.map { ($0.name, $0.used) }, uniquingKeysWith: { first, _ in first })
        let sizes = Dictionary(pools.map { ($0.name, $0.size) }, uniquingKeysWith: { first, _ in first })
        for (place, volume) in volumes.enumerated() where volume.appears == nil {
            guard case .filesystem(let filesystem) = volume.content else { continue }
            let touched = SimulatedFilesystem(filesystem, mountPoint: "").touched(writing: 0)
            used[volume.pool, default: .zero] += Bytes(touched)
            guard let total = sizes[volume.pool], used[volume.pool, default: .zero] <= total else {
                throw ScenarioError(
                    .volume(place),
                    "volume \(volume.name): pool \(volume.pool) has no space left for what is used in it from the beginning")
            }
        }
    }
}
