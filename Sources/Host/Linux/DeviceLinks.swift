// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Glibc
import Units

/// /dev/mapper/NAME of devices that were made a moment ago. udev makes these links, but later than an owner mounts what it
/// finds there already; and until it has come to the making it may still be busy removing the former device's link.
struct DeviceLinks {
    private struct Watched {
        var number: DeviceNumber
        var until: MonotonicTime
    }

    let control: any DeviceAccess
    /// Ends with a slash.
    let folder: String
    private var watched: [DeviceName: Watched] = [:]

    init(control: any DeviceAccess, folder: String) {
        self.control = control
        self.folder = folder
    }

    var isEmpty: Bool { watched.isEmpty }

    mutating func watch(_ name: DeviceName, _ number: DeviceNumber, until: MonotonicTime) {
        // Others are called otherwise by udev.
        guard name.bytes.allSatisfy(DeviceLinks.isPlain) else { return }
        watched[name] = Watched(number: number, until: until)
    }

    /// Makes those that are missing.
    mutating func mend(at now: MonotonicTime) {
        for (name, device) in watched {
            var status = stat()
            if lstat(folder + "\(name)", &status) != 0, !make(name, device.number) { watched[name] = nil }
            if now >= device.until { watched[name] = nil }
        }
    }

    /// False when the device has gone: the link goes with it, since its number will be another's.
    private func make(_ name: DeviceName, _ number: DeviceNumber) -> Bool {
        guard isThere(name, number) else { return false }
        let path = folder + "\(name)"
        guard symlink("../dm-\(number.minor)", path) == 0 else { return true }
        if isThere(name, number) { return true }
        unlink(path)
        return false
    }

    private func isThere(_ name: DeviceName, _ number: DeviceNumber) -> Bool {
        (try? control.table(of: name, .live))?.number == number
    }

    /// What device-mapper and udev leave as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "#+-.:=@_".utf8.contains(byte)
        }
    }
}
