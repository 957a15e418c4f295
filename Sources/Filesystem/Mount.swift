// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

public import Units

/// One line of /proc/PID/mountinfo.
public struct Mount: Hashable, Sendable {
    public var device: DeviceNumber
    /// Which part of the filesystem is mounted; `/` for all of it.
    public var root: Path
    /// Where, as the process that was asked sees it.
    public var mountPoint: Path
    public var kind: FilesystemKind
    /// The mount or the filesystem under it takes no writes.
    public var isReadOnly: Bool

    public init(device: DeviceNumber, root: Path, mountPoint: Path, kind: FilesystemKind, isReadOnly: Bool) {
        self.device = device
        self.root = root
        self.mountPoint = mountPoint
        self.kind = kind
        self.isReadOnly = isReadOnly
    }

    public var isWhole: Bool { root.bytes == [UInt8(ascii: "/")] }
}

/// The text of /proc/PID/mountinfo (Documentation/filesystems/proc.rst, 3.5):
/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`.
public enum MountTable {
    /// The mounts of the given devices (all mounts, without that), in the table's order. A line that is none is left out.
    public static func parse(_ text: [UInt8], of devices: Set<DeviceNumber>? = nil) -> [Mount] {
        text.split(separator: UInt8(ascii: "\n")).compactMap { mount(in: $0, of: devices) }
    }

    private static func mount(in line: ArraySlice<UInt8>, of devices: Set<DeviceNumber>?) -> Mount? {
        // Most lines are of other devices: look at the third field before the rest is taken apart.
        guard let device = device(in: line), devices?.contains(device) ?? true else { return nil }
        let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard fields.count >= 9, let dash = fields.dropFirst(6).firstIndex(of: [UInt8(ascii: "-")]), fields.count >= dash + 4
        else { return nil }
        let superOptions = fields[dash + 3]
        return Mount(
            device: device, root: Path(bytes: decoded(fields[3])), mountPoint: Path(bytes: decoded(fields[4])),
            kind: FilesystemKind(name: String(decoding: decoded(fields[dash + 1]), as: UTF8.self)),
            isReadOnly: isReadOnly(fields[5]) || isReadOnly(superOptions))
    }

    private static func device(in line: ArraySlice<UInt8>) -> DeviceNumber? {
        var rest = line
        for _ in 0..<2 {
            guard let space = rest.firstIndex(of: UInt8(ascii: " ")) else { return nil }
            rest = rest[(space + 1)...]
        }
        let field = rest.prefix { $0 != UInt8(ascii: " ") }
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")), let major = number(field[..<colon]),
            let minor = number(field[(colon + 1)...])
        else { return nil }
        return DeviceNumber(major: major, minor: minor)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
        guard !digits.isEmpty, digits.count <= 10 else { return nil }
        var value: UInt64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
        }
        return UInt32(exactly: value)
    }

    /// `rw,relatime` and `ro,errors=continue`: the word stands first, but nothing promises that.
    private static func isReadOnly(_ options: ArraySlice<UInt8>) -> Bool {
        options.split(separator: UInt8(ascii: ",")).contains { $0.elementsEqual("ro".utf8) }
    }

    /// Octal escapes as bytes: the kernel writes space, tab, newline, backslash (and `#`) so. Anything else stands for itself.
    static func decoded(_ field: ArraySlice<UInt8>) -> [UInt8] {
        guard field.contains(UInt8(ascii: "\\")) else { return Array(field) }
        var bytes: [UInt8] = []
        var rest = field
        while let first = rest.first {
            let digits = rest.dropFirst().prefix(3)
            if first == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
                let value = digits.reduce(UInt16(0)) { $0 * 8 + UInt16($1 - 0x30) }
                if let byte = UInt8(exactly: value) {
                    bytes.append(byte)
                    rest = rest.dropFirst(4)
                    continue
                }
            }
            bytes.append(first)
            rest = rest.dropFirst()
        }
        return bytes
    }
}
