// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Engine
public import FoundationEssentials
import Host
public import Policy
import Units

/// One growth: planned, under way or finished.
public struct OrderDocument: Codable, Hashable, Sendable {
    public var volume: String
    public var pool: String
    /// Why.
    public var need: Need
    /// The filesystem's size before and after, its own tables included.
    public var fromBytes: UInt64
    public var toBytes: UInt64
    /// The device's length before and after.
    public var deviceFromBytes: UInt64
    public var deviceToBytes: UInt64
    /// What the growth itself maps soon.
    public var priceBytes: UInt64
    /// What kept it from being larger.
    public var limitedBy: RefusalDocument?
    /// The owner's command that takes the device's length down first.
    public var hook: [String]?
    /// What of it goes into the pool's reserve.
    public var exceedsReserveBytes: UInt64?
    /// Who asked for it; absent for what the rules want.
    public var asked: AskedDocument?

    public init(_ order: Order) {
        volume = order.volume.name.shown
        pool = order.volume.poolName.shown
        need = order.reason
        fromBytes = order.from.count
        toBytes = order.to.count
        deviceFromBytes = order.deviceFrom.bytes.count
        deviceToBytes = order.deviceTo.bytes.count
        priceBytes = order.price.count
        limitedBy = order.limitedBy.map { RefusalDocument($0) }
        hook = order.hook?.command
        exceedsReserveBytes = order.exceeds?.bytes.count
        asked = order.asked.map { AskedDocument($0) }
    }
}

/// A growth that ended.
public struct GrowthDocument: Codable, Hashable, Sendable {
    public var order: OrderDocument
    public var finishedAt: Date
    public var durationSeconds: Double
    /// The filesystem's size afterwards.
    public var reachedBytes: UInt64
    /// How long the volume was suspended for it, at most; absent when Headroom did not suspend it.
    public var suspendedSeconds: Double?
    /// The step that failed, and what went wrong; absent when it was done.
    public var failure: String?

    public init(_ growth: FinishedGrowth) {
        order = OrderDocument(growth.order)
        finishedAt = Date(growth.finishedAt)
        durationSeconds = growth.duration.seconds
        reachedBytes = growth.reached.count
        suspendedSeconds = growth.suspended?.seconds
        failure = growth.failure
    }
}

/// What a wish to grow is answered with, when it was granted.
public struct GrowDocument: Codable, Hashable, Sendable {
    public enum Result: String, Codable, Hashable, Sendable {
        /// Nothing was changed: it is what would be done.
        case planned
        case done
        /// Nothing was grown: growth into the reserve is allowed for a time.
        case permitted
    }

    public var result: Result
    /// Absent where nothing was to be grown now.
    public var order: OrderDocument?
    /// How it ended, when it was carried out.
    public var growth: GrowthDocument?
    /// What was allowed, or would be.
    public var override: OverrideChangeDocument?

    public init(permitted change: OverrideChange) {
        result = .permitted
        override = OverrideChangeDocument(change)
    }

    public init(planned order: Order) {
        result = .planned
        self.order = OrderDocument(order)
    }

    public init(done growth: FinishedGrowth) {
        result = .done
        order = OrderDocument(growth.order)
        self.growth = GrowthDocument(growth)
    }
}
