// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import CLinux
import Glibc

/// The kernel's word that some device-mapper device came, went, got a table or passed a mark (kernel 4.13 and later).
///
/// The order that misses nothing: `arm()`, look at the devices, act, wait. What happens after the arming wakes the wait.
public struct DeviceMapperEvents: ~Copyable {
    /// For poll(2): readable when something has happened since the last `arm()`.
    public let descriptor: Int32

    public init() throws(DeviceMapperError) {
        descriptor = open("/dev/mapper/control", O_RDWR | O_CLOEXEC)
        if descriptor < 0 {
            throw DeviceMapperError(call: "watch /dev/mapper/control", errno: errno, said: ErrorText.of(errno))
        }
    }

    deinit { close(descriptor) }

    /// Forgets what has happened until now.
    public func arm() throws(DeviceMapperError) {
        if hr_dm_arm_poll(descriptor) != 0 {
            throw DeviceMapperError(call: "arm /dev/mapper/control", errno: errno, said: ErrorText.of(errno))
        }
    }

    /// Blocks until something has happened or the time has passed. True when something has.
    public func wait(timeout: Duration) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let (seconds, attoseconds) = timeout.components
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000).partialValue + attoseconds / 1_000_000_000_000_000
        return poll(&watched, 1, Int32(clamping: max(milliseconds, 0))) > 0
    }
}
