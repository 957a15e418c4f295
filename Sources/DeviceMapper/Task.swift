// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CDeviceMapper
import CLinux
import Glibc
import Units

/// One request to device-mapper. Used up by `run()`.
struct Task: ~Copyable {
    enum Command {
        case version, list, dependencies, table, status, create, reload, resume, clear, remove

        fileprivate var number: Int32 {
            switch self {
            case .version: Int32(DM_DEVICE_VERSION)
            case .list: Int32(DM_DEVICE_LIST)
            case .dependencies: Int32(DM_DEVICE_DEPS)
            case .table: Int32(DM_DEVICE_TABLE)
            case .status: Int32(DM_DEVICE_STATUS)
            case .create: Int32(DM_DEVICE_CREATE)
            case .reload: Int32(DM_DEVICE_RELOAD)
            case .resume: Int32(DM_DEVICE_RESUME)
            case .clear: Int32(DM_DEVICE_CLEAR)
            case .remove: Int32(DM_DEVICE_REMOVE)
            }
        }
    }

    private let handle: OpaquePointer
    private let command: Command
    private let device: DeviceReference?

    init(_ command: Command, on device: DeviceReference? = nil) throws(DeviceMapperError) {
        // A noncopyable value cannot be left half made, so all that may fail comes first.
        handle = try Task.create(command, on: device)
        self.command = command
        self.device = device
    }

    private static func create(_ command: Command, on device: DeviceReference?) throws(DeviceMapperError) -> OpaquePointer {
        hr_dm_forget_log()
        if let handle = dm_task_create(command.number) {
            let result: Int32 =
                switch device {
                case .name(let name): name.withCString { dm_task_set_name(handle, $0) }
                case .number(let number):
                    dm_task_set_major_minor(handle, Int32(bitPattern: number.major), Int32(bitPattern: number.minor), 0)
                case nil: 1
                }
            if result != 0 { return handle }
            dm_task_destroy(handle)
        }
        throw DeviceMapperError(call: "\(command)", device: device?.name, errno: hr_dm_logged_errno(), said: said())
    }

    deinit { dm_task_destroy(handle) }

    /// Neither flushes nor commits: a pool's status would otherwise write its metadata out.
    func withoutFlush() throws(DeviceMapperError) { try check(dm_task_no_flush(handle)) }

    /// A resume that swaps tables suspends first; the filesystem is then not frozen.
    func withoutFreeze() throws(DeviceMapperError) { try check(dm_task_skip_lockfs(handle)) }

    func ofInactiveTable() throws(DeviceMapperError) { try check(dm_task_query_inactive_table(handle)) }

    func add(_ target: Target) throws(DeviceMapperError) {
        try check(dm_task_add_target(handle, target.start.count, target.length.count, target.kind, target.words))
    }

    /// Of a device that is to be made.
    func named(uuid: String) throws(DeviceMapperError) { try check(dm_task_set_uuid(handle, uuid)) }

    /// Marks the event as one that udev's rules shall handle as usual, so that the device keeps its links, and leaves the
    /// nodes to udev: libdevmapper would note them down in a list that is not safe between threads.
    func withUdevCookie() throws(DeviceMapperError) {
        var cookie: UInt32 = 0
        try check(dm_task_set_cookie(handle, &cookie, 0))
        try check(dm_task_set_add_node(handle, DM_ADD_NODE_ON_CREATE))
    }

    /// Hands the request to the kernel and the reply to `read`, which is not to keep the pointer.
    consuming func run<Answer>(_ read: (OpaquePointer) -> Answer) throws(DeviceMapperError) -> Answer {
        try check(dm_task_run(handle))
        return read(handle)
    }

    private func check(_ result: Int32) throws(DeviceMapperError) {
        if result != 0 { return }
        var number = dm_task_get_errno(handle)
        if number == 0 { number = hr_dm_logged_errno() }
        throw DeviceMapperError(call: "\(command)", device: device?.name, errno: number, said: Task.said())
    }

    private static func said() -> String { String(cString: hr_dm_logged()) }
}

/// How a request names its device.
enum DeviceReference {
    case name(DeviceName)
    case number(DeviceNumber)

    /// For errors: a number is shown as one.
    var name: DeviceName {
        switch self {
        case .name(let name): name
        case .number(let number): DeviceName("\(number)")
        }
    }
}

extension DeviceName {
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        let characters = bytes.map { CChar(bitPattern: $0) } + [0]
        return characters.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("a C string has at least its end") }
            return body(start)
        }
    }

    init(cString: UnsafePointer<CChar>) {
        let length = strlen(cString)
        self.init(bytes: (0..<length).map { UInt8(bitPattern: cString[$0]) })
    }
}
