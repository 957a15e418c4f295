// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Units

/// A filesystem's account: what it takes for itself, what is written in it, what of it the pool had to map.
struct SimulatedFilesystem: Sendable {
    let kind: FilesystemKind
    let mountPoint: String
    var isMounted: Bool
    var isReadOnly: Bool
    private(set) var geometry: FilesystemGeometry
    private let reusesFreedSpace: Bool
    private let journal: UInt64
    /// What was in it at the beginning is never deleted.
    private let dataAtBirth: UInt64
    private(set) var dataUsed: UInt64
    /// How much of the data part was ever written to.
    private var dataTouched: UInt64
    /// Of journal and tables.
    private var tablesTouched: UInt64
    /// Tables that growth has added and the kernel has not written yet.
    private(set) var tablesDue: UInt64 = 0
    private(set) var capacity: UInt64
    private var reserved: UInt64

    /// mkfs.ext4's default: kept for root.
    private static let reservedShare = Ratio.percent(5)
    /// Seen of ext4: 35 of 1,043 MiB of new tables right after the ioctl, the rest within a minute.
    private static let tablesAtOnce: UInt64 = 30
    /// A file of the writers has so many bytes: a guess, for the count of inodes only.
    private static let fileSize: UInt64 = 1 << 20
    private static let inodesAtBirth: UInt64 = 11

    init(_ scenario: Scenario.Filesystem, mountPoint: String) {
        kind = scenario.kind
        isMounted = scenario.isMounted
        isReadOnly = scenario.isReadOnly
        reusesFreedSpace = scenario.reusesFreedSpace
        self.mountPoint = scenario.mountPoint ?? mountPoint
        geometry = .born(kind: scenario.kind, size: scenario.size)
        journal = geometry.journal
        tablesTouched = geometry.tables + journal
        capacity = geometry.size.less(Bytes(geometry.tables + journal)).count
        reserved = 0
        dataAtBirth = min(scenario.used.count, capacity)
        dataUsed = dataAtBirth
        dataTouched = dataAtBirth
        reserve()
    }

    private mutating func reserve() {
        if case .ext4 = geometry { reserved = SimulatedFilesystem.reservedShare.of(Bytes(capacity)).count }
    }

    /// What a writer without privilege may still write.
    var available: UInt64 {
        let taken = dataUsed + reserved
        return capacity > taken ? capacity - taken : 0
    }

    /// What would have been touched after `bytes` more were written.
    func touched(writing bytes: UInt64) -> UInt64 { dataTouched(writing: bytes) + tablesTouched }

    private func dataTouched(writing bytes: UInt64) -> UInt64 {
        reusesFreedSpace ? max(dataTouched, dataUsed + bytes) : min(capacity, dataTouched + bytes)
    }

    /// `bytes` are at most what is available.
    mutating func write(_ bytes: UInt64) {
        dataTouched = dataTouched(writing: bytes)
        dataUsed += bytes
    }

    mutating func delete(_ share: Ratio) {
        dataUsed -= share.of(Bytes(dataUsed - dataAtBirth)).count
    }

    /// `bytes` are at most what is due.
    mutating func writeTables(_ bytes: UInt64) {
        tablesTouched += bytes
        tablesDue -= bytes
    }

    /// Grows to `size`, as far as the kernel does; gives how much of the new tables is written at once.
    mutating func grow(to size: Bytes) -> UInt64 {
        let before = geometry
        geometry = geometry.grown(to: size)
        capacity = geometry.size.less(Bytes(geometry.tables + journal)).count
        reserve()
        let added = geometry.tables - before.tables
        tablesDue += added
        if case .ext4 = geometry { return added / SimulatedFilesystem.tablesAtOnce }
        return added
    }

    var usage: FilesystemUsage {
        let inodes = geometry.inodes
        let files = SimulatedFilesystem.inodesAtBirth + dataUsed / SimulatedFilesystem.fileSize
        return FilesystemUsage(
            size: Bytes(capacity), used: Bytes(dataUsed), available: Bytes(available), inodes: inodes,
            inodesUsed: min(files, inodes))
    }
}
