// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CDeviceMapper
public import Units

/// One entry of the list of devices.
public struct DeviceEntry: Hashable, Sendable {
    public var name: DeviceName
    public var number: DeviceNumber
    /// How many events the device has raised. 0 before kernel 4.13, which did not tell.
    public var event: UInt32

    public init(name: DeviceName, number: DeviceNumber, event: UInt32 = 0) {
        self.name = name
        self.number = number
        self.event = event
    }
}

/// What a table or status request answers, and what comes with every such answer.
public struct DeviceReply: Hashable, Sendable {
    public var name: DeviceName
    public var uuid: String
    public var number: DeviceNumber
    public var isSuspended: Bool
    public var isReadOnly: Bool
    public var openCount: UInt32
    public var hasLiveTable: Bool
    public var hasInactiveTable: Bool
    public var event: UInt32
    public var targets: [Target]

    public init(
        name: DeviceName, uuid: String, number: DeviceNumber, isSuspended: Bool = false, isReadOnly: Bool = false,
        openCount: UInt32 = 0, hasLiveTable: Bool = true, hasInactiveTable: Bool = false, event: UInt32 = 0, targets: [Target]
    ) {
        self.name = name
        self.uuid = uuid
        self.number = number
        self.isSuspended = isSuspended
        self.isReadOnly = isReadOnly
        self.openCount = openCount
        self.hasLiveTable = hasLiveTable
        self.hasInactiveTable = hasInactiveTable
        self.event = event
        self.targets = targets
    }

    /// The only target there is: what a thin volume or pool has.
    public var onlyTarget: Target? { targets.count == 1 ? targets[0] : nil }
}

extension DeviceReply {
    static func reading(_ task: consuming Task) throws(DeviceMapperError) -> DeviceReply? {
        do throws(DeviceMapperError) {
            return try task.run { DeviceReply($0) }
        } catch {
            if error.isGone { return nil }
            throw error
        }
    }

    private init?(_ task: OpaquePointer) {
        var info = dm_info()
        guard dm_task_get_info(task, &info) != 0, info.exists != 0, let name = dm_task_get_name(task) else { return nil }
        self.name = DeviceName(cString: name)
        uuid = dm_task_get_uuid(task).map { String(cString: $0) } ?? ""
        number = DeviceNumber(major: info.major, minor: info.minor)
        isSuspended = info.suspended != 0
        isReadOnly = info.read_only != 0
        openCount = UInt32(clamping: info.open_count)
        hasLiveTable = info.live_table != 0
        hasInactiveTable = info.inactive_table != 0
        event = info.event_nr
        targets = DeviceReply.targets(task)
    }

    private static func targets(_ task: OpaquePointer) -> [Target] {
        var targets: [Target] = []
        var next: UnsafeMutableRawPointer?
        repeat {
            var start: UInt64 = 0
            var length: UInt64 = 0
            var kind: UnsafeMutablePointer<CChar>?
            var words: UnsafeMutablePointer<CChar>?
            next = dm_get_next_target(task, next, &start, &length, &kind, &words)
            guard let kind else { break }
            targets.append(
                Target(
                    start: Sectors(start), length: Sectors(length), kind: String(cString: kind),
                    words: words.map { String(cString: $0) } ?? ""))
        } while next != nil
        return targets
    }
}
