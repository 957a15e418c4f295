// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// The table line of a thin pool: `<start> <length> thin-pool <metadata> <data> <block size> <low water> [<#features> ...]`
/// (Documentation/admin-guide/device-mapper/thin-provisioning.rst).
public struct ThinPoolTable: Hashable, Sendable, Codable {
    public var length: Sectors
    public var metadataDevice: DeviceNumber?
    public var dataDevice: DeviceNumber?
    public var blockSize: Sectors
    /// Free blocks at which the kernel raises an event, once.
    public var lowWaterMark: DataBlocks
    public var errorsWhenFull: Bool
    public var skipsBlockZeroing: Bool
    public var ignoresDiscard: Bool
    public var passesDiscardDown: Bool
    public var isReadOnly: Bool

    public init(
        length: Sectors, metadataDevice: DeviceNumber?, dataDevice: DeviceNumber?, blockSize: Sectors,
        lowWaterMark: DataBlocks, errorsWhenFull: Bool = false, skipsBlockZeroing: Bool = false,
        ignoresDiscard: Bool = false, passesDiscardDown: Bool = true, isReadOnly: Bool = false
    ) {
        self.length = length
        self.metadataDevice = metadataDevice
        self.dataDevice = dataDevice
        self.blockSize = blockSize
        self.lowWaterMark = lowWaterMark
        self.errorsWhenFull = errorsWhenFull
        self.skipsBlockZeroing = skipsBlockZeroing
        self.ignoresDiscard = ignoresDiscard
        self.passesDiscardDown = passesDiscardDown
        self.isReadOnly = isReadOnly
    }
}

/// What a thin pool says of itself. Any state is a fact, never an error.
public enum ThinPoolStatus: Hashable, Sendable, Codable {
    case working(Report)
    /// The kernel gave the pool up (`Fail`): metadata could not be rolled back. Only a repair helps.
    case failed
    /// The kernel could not read the pool's figures (`Error`).
    case unreadable
    /// The pool has no live table, or a text that no known kernel prints.
    case unknown(String)

    public struct Report: Hashable, Sendable, Codable {
        public var transactionID: UInt64
        public var metadataUsed: MetadataBlocks
        public var metadataTotal: MetadataBlocks
        public var dataUsed: DataBlocks
        public var dataTotal: DataBlocks
        /// The metadata block of a held snapshot of the metadata, if somebody reads the pool.
        public var heldRoot: MetadataBlocks?
        public var mode: Mode
        public var discard: Discard
        public var whenFull: WhenFull
        public var needsCheck: Bool
        /// Free metadata blocks at which the kernel raises an event; nil before kernel 5.x told.
        public var metadataLowWaterMark: MetadataBlocks?

        public init(
            transactionID: UInt64 = 0, metadataUsed: MetadataBlocks, metadataTotal: MetadataBlocks, dataUsed: DataBlocks,
            dataTotal: DataBlocks, heldRoot: MetadataBlocks? = nil, mode: Mode = .readWrite, discard: Discard = .passdown,
            whenFull: WhenFull = .queue, needsCheck: Bool = false, metadataLowWaterMark: MetadataBlocks? = nil
        ) {
            self.transactionID = transactionID
            self.metadataUsed = metadataUsed
            self.metadataTotal = metadataTotal
            self.dataUsed = dataUsed
            self.dataTotal = dataTotal
            self.heldRoot = heldRoot
            self.mode = mode
            self.discard = discard
            self.whenFull = whenFull
            self.needsCheck = needsCheck
            self.metadataLowWaterMark = metadataLowWaterMark
        }
    }

    public enum Mode: String, Hashable, Sendable, Codable { case readWrite, readOnly, outOfDataSpace }
    public enum Discard: String, Hashable, Sendable, Codable { case passdown, noPassdown, ignored }
    /// What the pool does with a write that needs a new block when it has none. `error` while the table says queue
    /// means that queued writes have been failing since the kernel's time-out.
    public enum WhenFull: String, Hashable, Sendable, Codable { case queue, error }
}
