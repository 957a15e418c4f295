// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Engine
import Host
import Inventory
public import Policy
import Units

/// A thin pool, as people are shown it. What the pool does not tell is absent.
public struct PoolDocument: Codable, Hashable, Sendable {
    /// As it is shown: bytes that are no UTF-8 as `\x{ff}`.
    public var name: String
    public var owner: String
    /// `read_write`, `read_only`, `out_of_data_space`, `failed` or `unknown`.
    public var state: String
    public var suspended: Bool
    public var needsCheck: Bool?
    public var dataBytes: UInt64?
    public var dataUsedBytes: UInt64?
    public var metadataBytes: UInt64?
    public var metadataUsedBytes: UInt64?
    public var reserveBytes: UInt64?
    public var promisedBytes: UInt64?
    /// What may still be granted.
    public var headroomBytes: UInt64?
    public var limitedByMetadata: Bool?
    /// At the present pace; absent while it does not fill.
    public var dataFullInSeconds: Double?
    public var metadataFullInSeconds: Double?
    /// Whether the metadata is too small for all of the data; absent while too little is mapped to say.
    public var metadataRunsOutFirst: Bool?
    public var volumes: Int
    public var volumesBytes: UInt64?
    public var fillRateBytesPerSecond: Double?
    /// Whether that rate was seen, or is the assumed one.
    public var fillRateSeen: Bool?
    public var reactionSeconds: Double?
    /// The free space that every enforced filesystem has at least.
    public var burstRoomBytes: UInt64?
    public var growthsDone: UInt64
    public var growthsFailed: UInt64
    /// Why nothing on this pool is grown now.
    public var bar: RefusalDocument?

    init(_ view: PoolView, growths: PoolGrowths?) {
        let pool = view.pool
        let outlook = view.outlook
        name = view.name
        owner = pool.owner.name
        state = PoolState(pool.status).rawValue
        suspended = pool.isSuspended
        needsCheck = pool.report?.needsCheck
        dataBytes = pool.dataTotal?.count
        dataUsedBytes = pool.dataUsed?.count
        metadataBytes = pool.metadataTotal?.count
        metadataUsedBytes = pool.metadataUsed?.count
        reserveBytes = pool.report == nil ? nil : outlook?.reserve.count
        promisedBytes = pool.report == nil ? nil : outlook?.promised.count
        headroomBytes = outlook?.headroom?.count
        limitedByMetadata = outlook?.headroom == nil ? nil : outlook?.isLimitedByMetadata
        dataFullInSeconds = outlook?.dataFullIn?.seconds
        metadataFullInSeconds = outlook?.metadataFullIn?.seconds
        metadataRunsOutFirst = view.metadataRunsOutFirst
        volumes = view.volumeCount
        volumesBytes = outlook?.volumesSize.count
        fillRateBytesPerSecond = outlook?.fillRate.bytesPerSecond
        fillRateSeen = outlook?.fillRateWasSeen
        reactionSeconds = outlook?.reaction.seconds
        burstRoomBytes = outlook?.burstRoom.count
        growthsDone = growths?.done ?? 0
        growthsFailed = growths?.failed ?? 0
        bar = outlook?.bar.map { RefusalDocument($0) }
    }
}

/// Why something is not grown.
public struct RefusalDocument: Codable, Hashable, Sendable {
    /// The word for it in metrics.
    public var reason: Refusal.Reason
    public var text: String
    /// What to do about it.
    public var hint: String

    public init(_ refusal: Refusal) {
        reason = refusal.reason
        text = refusal.text
        hint = refusal.hint
    }
}
