// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Glibc
import Units

/// /dev/mapper/NAME of devices that are kept. udev makes these links, but later than an owner mounts what it finds there
/// already; and until it has come to the making it may still be busy removing the former device's link, on a loaded machine
/// for seconds.
struct DeviceLinks {
    private struct Watched {
        var number: DeviceNumber
        /// The link that is there was made here, so udev may not know to take it away.
        var isOurs = false
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

    mutating func watch(_ name: DeviceName, _ number: DeviceNumber, until: MonotonicTime, isOurs: Bool = false) {
        guard DeviceLinks.isPlain(name) else { return }
        watched[name] = Watched(number: number, isOurs: isOurs, until: until)
    }

    /// Of a device that is about to get this name: whoever finds it by that finds its link, too. One that a former device has left
    /// would lead him astray.
    func prepare(_ name: DeviceName, _ number: DeviceNumber) {
        guard DeviceLinks.isPlain(name), target(of: name) != "../dm-\(number.minor)" else { return }
        // Somebody else's, who was faster.
        if (try? control.table(of: name, .live)) != nil { return }
        let path = folder + "\(name)"
        unlink(path)
        symlink("../dm-\(number.minor)", path)
    }

    /// Of a device that is there: if it has lost its link since it was made, it gets it again.
    mutating func secure(_ name: DeviceName, _ number: DeviceNumber, at now: MonotonicTime) {
        var status = stat()
        guard watched[name] == nil, lstat(folder + "\(name)", &status) != 0 else { return }
        watch(name, number, until: now.advanced(by: LinuxLimits.linkWatchEnds))
        mend(at: now)
    }

    /// Makes those that are missing.
    mutating func mend(at now: MonotonicTime) {
        for (name, device) in watched {
            var status = stat()
            if lstat(folder + "\(name)", &status) != 0 {
                watched[name]?.isOurs = true
                if !make(name, device.number) { watched[name] = nil }
            }
            guard now >= device.until, let last = watched.removeValue(forKey: name) else { continue }
            if last.isOurs, !isThere(name, device.number) { takeAway(name, device.number) }
        }
    }

    /// False when the device has gone: the link goes with it, since its number will be another's.
    private func make(_ name: DeviceName, _ number: DeviceNumber) -> Bool {
        guard isThere(name, number) else { return false }
        let path = folder + "\(name)"
        guard symlink("../dm-\(number.minor)", path) == 0 else { return true }
        if isThere(name, number) { return true }
        takeAway(name, number)
        return false
    }

    /// The link to this device, if it is one.
    func takeAway(_ name: DeviceName, _ number: DeviceNumber) {
        if target(of: name) == "../dm-\(number.minor)" { unlink(folder + "\(name)") }
    }

    /// Where the link leads; "" where there is none.
    private func target(of name: DeviceName) -> String {
        var target = [CChar](repeating: 0, count: 64)
        let count = readlink(folder + "\(name)", &target, target.count)
        return String(decoding: target.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func isThere(_ name: DeviceName, _ number: DeviceNumber) -> Bool {
        (try? control.table(of: name, .live))?.number == number
    }

    /// Others are called otherwise by udev.
    private static func isPlain(_ name: DeviceName) -> Bool { name.bytes.allSatisfy { isPlain($0) } }

    /// What device-mapper and udev leave as it is.
    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "#+-.:=@_".utf8.contains(byte)
        }
    }
}
