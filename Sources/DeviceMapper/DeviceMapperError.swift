// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import Units

/// A request that device-mapper did not carry out.
public struct DeviceMapperError: Error, Hashable, Sendable {
    /// What was asked, in device-mapper's own word: `list`, `status`, `reload`, `resume`.
    public var call: String
    /// Nil where the request was for no device.
    public var device: DeviceName?
    /// What the kernel answered; 0 when the request never reached it.
    public var errno: Int32
    /// What libdevmapper said, "" if nothing.
    public var said: String

    public init(call: String, device: DeviceName? = nil, errno: Int32, said: String) {
        self.call = call
        self.device = device
        self.errno = errno
        self.said = said
    }

    /// There is no such device, or not any more.
    public var isGone: Bool { errno == ENXIO }

    /// Somebody has it open, or, when it was to be made, there is one of that name or uuid.
    public var isBusy: Bool { errno == EBUSY }
}

extension DeviceMapperError: CustomStringConvertible {
    public var description: String {
        let what = device.map { "device-mapper could not \(call) \($0)" } ?? "device-mapper could not \(call)"
        let why = said.isEmpty ? (errno == 0 ? "no reason given" : ErrorText.of(errno)) : said
        return "\(what): \(why)" + (DeviceMapperError.telling.contains(call) ? "; `dmesg` tells the kernel's reason" : "")
    }

    /// Requests whose refusal the kernel explains in its log, and nowhere else.
    private static let telling: Set<String> = ["reload", "resume"]
}
