// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Units

/// What the host asks of device-mapper, so that what it makes of the answers can be tested without a kernel.
protocol DeviceAccess: Sendable {
    func list() throws(DeviceMapperError) -> [DeviceEntry]
    func status(of name: DeviceName) throws(DeviceMapperError) -> DeviceReply?
    func status(of number: DeviceNumber) throws(DeviceMapperError) -> DeviceReply?
    func table(of name: DeviceName, _ slot: TableSlot) throws(DeviceMapperError) -> DeviceReply?
    func table(of number: DeviceNumber, _ slot: TableSlot) throws(DeviceMapperError) -> DeviceReply?
    func dependencies(of number: DeviceNumber) throws(DeviceMapperError) -> [DeviceNumber]
    func load(_ target: Target, into name: DeviceName) throws(DeviceMapperError)
    func resume(_ name: DeviceName) throws(DeviceMapperError)
    func clearInactiveTable(of name: DeviceName) throws(DeviceMapperError)
    func create(
        _ name: DeviceName, uuid: String, _ target: Target, beforeNaming: (DeviceNumber) -> Void
    ) throws(DeviceMapperError)
    func removeUnnamed() throws(DeviceMapperError)
    func remove(_ name: DeviceName) throws(DeviceMapperError)
}

extension DeviceControl: DeviceAccess {}
