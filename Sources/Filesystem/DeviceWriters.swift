// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import Units

/// The processes that have block devices open for writing, past any filesystem: a virtual machine its disk, say.
public struct DeviceWriters: Sendable {
    public enum Limits {
        /// Of one device: enough to tell people who it is.
        public static let processes = 4
    }

    private let proc: Path
    private let deviceBehind: @Sendable (Path) -> DeviceNumber?

    /// `proc`: where procfs is mounted. `deviceBehind`: which block device an open file is, if it is one; must not block.
    public init(
        proc: Path = "/proc", deviceBehind: @escaping @Sendable (Path) -> DeviceNumber? = { DeviceWriters.device(behind: $0) }
    ) {
        self.proc = proc
        self.deviceBehind = deviceBehind
    }

    /// For each of the devices that another process writes to: who that is, `qemu-system-x86 (4711)`. Opens of the kernel's
    /// own (a mount, a device on top, a loop device) are not seen here.
    public func writers(of devices: Set<DeviceNumber>) throws(FilesystemError) -> [DeviceNumber: [String]] {
        var found: [DeviceNumber: [String]] = [:]
        let own = "\(getpid())"
        for process in try Folder.names(in: proc) {
            guard process != own, process.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { continue }
            let folder = proc.appending(process)
            // It may have gone meanwhile.
            let files = (try? Folder.names(in: folder.appending("fd"))) ?? []
            for file in files {
                guard let device = deviceBehind(folder.appending("fd").appending(file)), devices.contains(device),
                    isForWriting(folder.appending("fdinfo").appending(file))
                else { continue }
                if found[device, default: []].count < Limits.processes {
                    found[device, default: []].append("\(command(of: folder)) (\(process))")
                }
                break
            }
        }
        return found
    }

    private func command(of process: Path) -> String {
        let name = (try? BoundedFile.read(process.appending("comm"), limit: 256))?.bytes ?? []
        let shown = name.prefix { $0 != UInt8(ascii: "\n") }
        return shown.isEmpty ? "process" : DeviceName(bytes: Array(shown)).description
    }

    /// `flags:` in fdinfo, octal (Documentation/filesystems/proc.rst, 3.8).
    private func isForWriting(_ information: Path) -> Bool {
        guard let text = try? BoundedFile.read(information, limit: 4096).bytes else { return false }
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "flags:".utf8) {
            let digits = line.dropFirst("flags:".utf8.count).filter { $0 != 0x20 && $0 != 0x09 }
            guard let flags = Int32(String(decoding: digits, as: UTF8.self), radix: 8) else { return false }
            return flags & O_ACCMODE != O_RDONLY
        }
        return false
    }

    /// Only names in a `/dev` are looked behind: a file on a filesystem that does not answer would hold the caller.
    public static func device(behind link: Path) -> DeviceNumber? {
        var target = [CChar](repeating: 0, count: 512)
        let count = link.withCString { readlink($0, &target, target.count) }
        guard count > 0 else { return nil }
        let name = String(decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard name.contains("/dev/") else { return nil }
        var status = stat()
        guard link.withCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFBLK else { return nil }
        return DeviceNumber(statusField: UInt64(status.st_rdev))
    }
}
