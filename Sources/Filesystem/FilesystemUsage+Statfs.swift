// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import Units

/// What statfs(2) answered.
public struct UsageReading: Hashable, Sendable {
    public var usage: FilesystemUsage
    /// The mount or the filesystem takes no writes (ST_RDONLY), also when the kernel made it so after an error.
    public var isReadOnly: Bool
}

extension FilesystemUsage {
    /// Asks the filesystem at `path`, and makes sure that it is on `device`: where something was unmounted meanwhile, statfs
    /// answers for the filesystem below. Holds nothing open, since an open file makes an umount fail. May block for ever.
    public static func read(at path: Path, on device: DeviceNumber) throws(FilesystemError) -> UsageReading {
        try check(path, isOn: device)
        var answer = statvfs()
        guard path.withCString({ statvfs($0, &answer) }) == 0 else { throw .last("statfs", path) }
        try check(path, isOn: device)
        return UsageReading(answer)
    }

    private static func check(_ path: Path, isOn device: DeviceNumber) throws(FilesystemError) {
        var status = stat()
        guard path.withCString({ stat($0, &status) }) == 0 else { throw .last("stat", path) }
        let found = DeviceNumber(statusField: UInt64(status.st_dev))
        guard found == device else {
            throw FilesystemError("statfs", path.description, .otherDevice(expected: device, found: found))
        }
    }
}

extension UsageReading {
    init(_ answer: statvfs) {
        // Blocks are counted in f_frsize; kernels before 2.6.36 leave it zero.
        let unit = Bytes(UInt64(clamping: answer.f_frsize > 0 ? answer.f_frsize : answer.f_bsize))
        let blocks = UInt64(answer.f_blocks)
        let free = min(UInt64(answer.f_bfree), blocks)
        let inodes = UInt64(answer.f_files)
        usage = FilesystemUsage(
            size: unit.scaled(by: blocks), used: unit.scaled(by: blocks - free),
            available: unit.scaled(by: UInt64(answer.f_bavail)), inodes: inodes,
            inodesUsed: inodes - min(UInt64(answer.f_ffree), inodes))
        isReadOnly = UInt64(clamping: answer.f_flag) & UInt64(ST_RDONLY) != 0
    }
}
